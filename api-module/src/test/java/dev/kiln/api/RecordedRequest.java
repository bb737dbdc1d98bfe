package dev.kiln.api;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A request as one of the vendor's SDKs sent it (src/test/resources/recorded-requests).
 *
 * @param file its name, which tells the client and the operation
 * @param bytes all of it, one char a byte
 */
record RecordedRequest(String file, String bytes) {

    /** A parameter of the query or of the form. */
    private static final Pattern PARAMETER = Pattern.compile("(?<=[?&\n])([A-Za-z0-9.]+)=([^& \r\n]+)");

    private static final Pattern ACTION = Pattern.compile("\r\nx-acs-action: (\\w+)\r\n");

    /** All recordings, sorted by name. */
    static List<RecordedRequest> all() throws IOException, URISyntaxException {
        var directory = RecordedRequest.class.getResource("/recorded-requests");
        if (directory == null) {
            throw new IOException("there are no recorded requests on the class path");
        }
        var requests = new ArrayList<RecordedRequest>();
        try (var files = Files.newDirectoryStream(Path.of(directory.toURI()), "*.txt")) {
            for (var file : files) {
                requests.add(new RecordedRequest(
                        file.getFileName().toString(), Files.readString(file, StandardCharsets.ISO_8859_1)));
            }
        }
        requests.sort((one, other) -> one.file.compareTo(other.file));
        return requests;
    }

    String action() {
        var found = ACTION.matcher(bytes);
        if (!found.find()) {
            throw new AssertionError(file + " names no operation");
        }
        return found.group(1);
    }

    boolean wantsXml() {
        return "XML".equals(parameters().get("Format"));
    }

    /** Parameters by name, their values as they were sent. */
    Map<String, String> parameters() {
        var parameters = new LinkedHashMap<String, String>();
        PARAMETER.matcher(bytes).results().forEach(found -> parameters.put(found.group(1), found.group(2)));
        return parameters;
    }

    /** The same request with one bit flipped in the first byte of the parameter's value; it is still good HTTP. */
    String flipped(String parameter) {
        var found = PARAMETER.matcher(bytes);
        while (found.find()) {
            if (found.group(1).equals(parameter)) {
                var at = found.start(2);
                return bytes.substring(0, at) + flipped(bytes.charAt(at)) + bytes.substring(at + 1);
            }
        }
        throw new AssertionError(file + " has no parameter " + parameter);
    }

    /** The lowest bit that makes of it a letter or digit, which every place of a request may hold. */
    private static char flipped(char c) {
        for (var bit = 1; bit < 0x80; bit <<= 1) {
            var other = (char) (c ^ bit);
            if (other < 0x80 && Character.isLetterOrDigit(other)) {
                return other;
            }
        }
        throw new AssertionError("no letter or digit differs from " + c + " by one bit");
    }

    @Override
    public String toString() {
        return file;
    }
}
