package dev.kiln.api;

import dev.kiln.api.signature.FormText;
import dev.kiln.api.signature.Signatures;
import dev.kiln.api.signature.SignedRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Signs and sends requests in the ways that the vendor's clients do, for tests. */
public final class WireClient {

    public static final String REGION = "cn-hangzhou";
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final int port;
    private final Keys keys;
    private final String securityToken;

    public WireClient(int port, Keys keys) {
        this(port, keys, "");
    }

    /** A client that signs with a temporary key, which came with the token. */
    public WireClient(int port, Keys keys, String securityToken) {
        this.port = port;
        this.keys = keys;
        this.securityToken = securityToken;
    }

    /** The same key with another token; none when it is empty. */
    public WireClient withToken(String other) {
        return new WireClient(port, keys, other);
    }

    public String securityToken() {
        return securityToken;
    }

    public Keys keys() {
        return keys;
    }

    /** The operation by V3, parameters in the query, given as name, value, name, value. RegionId is added. */
    public Reply call(String action, String... parameters) {
        var all = pairs(parameters);
        all.putIfAbsent("RegionId", REGION);
        return send("POST", "/", all, new byte[0], v3Headers(action));
    }

    /** The same without adding a RegionId. */
    public Reply plain(String action, String... parameters) {
        return send("POST", "/", pairs(parameters), new byte[0], v3Headers(action));
    }

    /** By V1 with the method, parameters in the query. */
    public Reply v1(String method, String action, String... parameters) {
        var signed = signV1(method, action, pairs(parameters));
        return exchange(method, "/?" + FormText.canonical(signed), new byte[0], Map.of());
    }

    /** All parameters of a request signed by V1. */
    public Map<String, String> signV1(String method, String action, Map<String, String> parameters) {
        var all = new LinkedHashMap<>(parameters);
        all.put("Action", action);
        all.put("Version", "2014-05-26");
        all.put("AccessKeyId", keys.id());
        all.put("SignatureMethod", "HMAC-SHA1");
        all.put("SignatureVersion", "1.0");
        all.put("SignatureNonce", UUID.randomUUID().toString());
        all.putIfAbsent("Timestamp", now());
        if (!securityToken.isEmpty()) {
            all.put("SecurityToken", securityToken);
        }
        all.put("Signature", Signatures.signV1(keys.secret(), Signatures.stringToSignV1(method, all)));
        return all;
    }

    /** A request to the REST API; the path may hold a query. */
    public Reply rest(String method, String path, String body) {
        return upload(method, path, body.getBytes(StandardCharsets.UTF_8), Map.of("content-type", "application/json"));
    }

    /** The same with bytes and more headers. */
    public Reply upload(String method, String path, byte[] body, Map<String, String> more) {
        var parts = path.split("\\?", 2);
        var headers = v3Headers("");
        headers.remove("x-acs-action");
        headers.remove("x-acs-version");
        headers.putAll(more);
        return send(method, parts[0], FormText.parse(parts.length > 1 ? parts[1] : ""), body, headers);
    }

    public static Map<String, String> v3Headers(String action) {
        var headers = new TreeMap<String, String>();
        headers.put("x-acs-action", action);
        headers.put("x-acs-version", "2014-05-26");
        headers.put("x-acs-date", now());
        headers.put("x-acs-signature-nonce", UUID.randomUUID().toString());
        return headers;
    }

    /** Signs by V3 and sends. */
    public Reply send(String method, String path, Map<String, String> query, byte[] body, Map<String, String> headers) {
        var all = new TreeMap<>(headers);
        all.putIfAbsent("x-acs-content-sha256", Signatures.sha256(body));
        all.put("host", "127.0.0.1:" + port);
        if (!securityToken.isEmpty()) {
            all.put("x-acs-security-token", securityToken);
        }
        all.put("authorization", authorization(method, path, query, all));
        all.remove("host");
        var target = query.isEmpty() ? path : path + "?" + FormText.canonical(query);
        return exchange(method, target, body, all);
    }

    /** The Authorization header over all x-acs headers, host and content type. */
    public String authorization(String method, String path, Map<String, String> query, Map<String, String> headers) {
        var signed = headers.keySet().stream()
                .filter(name -> name.startsWith("x-acs-") || name.equals("host") || name.equals("content-type"))
                .sorted()
                .toList();
        var canonical = new SignedRequest(method, path, query, headers).canonical(signed);
        var signature = Signatures.signV3(keys.secret(), Signatures.stringToSignV3(canonical));
        return Signatures.V3_ALGORITHM + " Credential=" + keys.id() + ",SignedHeaders=" + String.join(";", signed)
                + ",Signature=" + signature;
    }

    /** Sends as it is. */
    public Reply exchange(String method, String target, byte[] body, Map<String, String> headers) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target))
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        try {
            var response = HTTP.send(request.build(), BodyHandlers.ofByteArray());
            var names = new HashMap<String, String>();
            response.headers().map().forEach((name, values) -> names.put(name, values.get(0)));
            return new Reply(response.statusCode(), names, response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public static Map<String, String> pairs(String... namesAndValues) {
        var pairs = new LinkedHashMap<String, String>();
        for (var at = 0; at < namesAndValues.length; at += 2) {
            pairs.put(namesAndValues[at], namesAndValues[at + 1]);
        }
        return pairs;
    }

    public static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
