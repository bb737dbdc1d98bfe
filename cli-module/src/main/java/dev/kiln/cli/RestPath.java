package dev.kiln.cli;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The path of a request as typed by the user.
 *
 * @param path as sent
 * @param query the part after the question mark, not encoded
 */
record RestPath(String path, Map<String, String> query) {

    // RFC 3986: what a path must encode.
    private static final Pattern NOT_AS_IT_IS = Pattern.compile("[^A-Za-z0-9/._~!$&'()*+,;=:@%-]|%(?![0-9A-Fa-f]{2})");
    private static final Pattern BROKEN = Pattern.compile("#|%(?![0-9A-Fa-f]{2})");

    static RestPath of(String typed) throws UsageException {
        if (!ApiCall.isPath(typed)) {
            throw new UsageException("path \"" + typed + "\" does not begin with one / as /api/v1/workers does"
                    + "; KILN_ENDPOINT says which server is asked");
        }
        var mark = typed.indexOf('?');
        var path = mark < 0 ? typed : typed.substring(0, mark);
        refuse(typed, path, NOT_AS_IT_IS);
        return new RestPath(path, mark < 0 ? Map.of() : query(typed, typed.substring(mark + 1)));
    }

    private static Map<String, String> query(String typed, String text) throws UsageException {
        refuse(typed, text, BROKEN);
        var query = new LinkedHashMap<String, String>();
        for (var pair : text.split("&", -1)) {
            var equals = pair.indexOf('=');
            query.put(
                    decoded(equals < 0 ? pair : pair.substring(0, equals)),
                    equals < 0 ? "" : decoded(pair.substring(equals + 1)));
        }
        return query;
    }

    private static void refuse(String typed, String part, Pattern wrong) throws UsageException {
        var found = wrong.matcher(part);
        if (found.find()) {
            var text = Character.toString(part.codePointAt(found.start()));
            var rule = text.equals("%") ? " without two hexadecimal digits behind it" : ", which no path has as it is";
            throw new UsageException("path \"" + typed + "\" has \"" + text + "\"" + rule + "; write it as "
                    + RequestSignature.encoded(text));
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
