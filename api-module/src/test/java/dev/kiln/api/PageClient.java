package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.signature.FormText;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** The pages as programs see them, which send what they like. */
final class PageClient {

    static final Map<String, String> BROWSER = Map.of("accept", "text/html,application/xhtml+xml");

    private final WireClient way;

    /** @param way to the server; its keys do not matter */
    PageClient(WireClient way) {
        this.way = way;
    }

    Reply get(String path, Map<String, String> headers) {
        return way.exchange("GET", path, new byte[0], headers);
    }

    Reply post(String path, String form, Map<String, String> headers) {
        var all = new HashMap<>(headers);
        all.put("content-type", "application/x-www-form-urlencoded");
        return way.exchange("POST", path, form.getBytes(StandardCharsets.UTF_8), all);
    }

    Reply signIn(WireClient key, Map<String, String> headers) {
        var form = get("/ui/sign-in", BROWSER);
        var all = new HashMap<>(headers);
        all.put("cookie", cookie(form));
        return post(
                "/ui/sign-in",
                FormText.canonical(Map.of(
                        "form-token", formToken(form.text()),
                        "access-key-id", key.keys().id(),
                        "access-key-secret", key.keys().secret())),
                all);
    }

    /** What a browser that is signed in sends. */
    Map<String, String> session(WireClient key) {
        var signedIn = signIn(key, Map.of());
        assertThat(signedIn.status()).isEqualTo(303);
        return Map.of("cookie", cookie(signedIn), "accept", "text/html,application/xhtml+xml");
    }

    static String cookie(Reply reply) {
        return reply.headers().get("set-cookie").replaceFirst(";.*", "");
    }

    static String formToken(String page) {
        var token = Pattern.compile("name=\"form-token\" value=\"([^\"]+)\"").matcher(page);
        assertThat(token.find()).isTrue();
        return token.group(1);
    }
}
