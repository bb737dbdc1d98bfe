package dev.kiln.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import javax.net.ssl.SSLException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Sends signed requests to a Kiln server: operations of the wire, and requests of the REST API. */
public final class SignedClient {

    private static final String VERSION = "2014-05-26";
    // Whoever waits for an execution asks every half a second, and must notice a server that vanished without a word.
    private static final Duration SILENCE_OF_READS = Duration.ofSeconds(30);
    // Images are sent and got, the doctor compares whole regions, and a change may wait for others.
    private static final Duration SILENCE = Duration.ofMinutes(30);
    private static final int LONGEST_ERROR = 64 * 1024;
    // Java's words for an answer that is no record of TLS.
    private static final String NOT_TLS = "Unsupported or unrecognized SSL message";
    private static final JsonMapper JSON = new JsonMapper();

    private final URI endpoint;
    private final AccessKey key;
    private final Clock clock;
    private final Duration silenceOfReads;

    /** @param endpoint scheme, host and port, for example {@code http://127.0.0.1:8080} */
    public SignedClient(URI endpoint, AccessKey key) {
        this(endpoint, key, Clock.systemUTC(), SILENCE_OF_READS);
    }

    SignedClient(URI endpoint, AccessKey key, Clock clock, Duration silenceOfReads) {
        this.endpoint = endpoint;
        this.key = key;
        this.clock = clock;
        this.silenceOfReads = silenceOfReads;
    }

    /** Calls an operation, for example {@code DescribeImages}, and returns its answer. */
    public JsonNode rpc(String action, Map<String, String> parameters) throws IOException {
        return json(ApiCall.rpc(action, parameters));
    }

    /** The request of an operation, signed now, for callers that send it themselves. */
    public HttpRequest request(String action, Map<String, String> parameters) {
        var call = ApiCall.rpc(action, parameters);
        var request = HttpRequest.newBuilder(address(call)).method(call.method(), HttpRequest.BodyPublishers.noBody());
        var headers = signed(call);
        headers.remove("host"); // the HTTP client sets this one itself
        headers.forEach(request::header);
        return request.build();
    }

    /** Calls the REST API and returns its answer; a missing node when the answer has no content. */
    public JsonNode rest(String method, String path, Map<String, String> query, RequestBody body) throws IOException {
        return json(ApiCall.rest(method, path, query, body));
    }

    /** Reads a JSON document that the server has at hand from the REST API. */
    public JsonNode get(String path) throws IOException {
        return json(ApiCall.get(path, Map.of()), silenceOfReads);
    }

    /** Reads text from the REST API, from an offset on, for example the log of an execution. */
    public TextChunk text(String path, long offset) throws IOException {
        var chunk = bytes(path, offset);
        return new TextChunk(new String(chunk.bytes(), StandardCharsets.UTF_8), chunk.nextOffset());
    }

    /** Reads bytes of a log from the REST API, from an offset on. */
    LogChunk bytes(String path, long offset) throws IOException {
        try (var answer = send(ApiCall.get(path, Map.of("offset", Long.toString(offset))), silenceOfReads)) {
            return new LogChunk(
                    answer.body().readAllBytes(),
                    answer.header("Kiln-Next-Offset").map(Long::parseLong).orElse(offset),
                    answer.header("Kiln-Log-Complete").filter("true"::equals).isPresent());
        }
    }

    /**
     * Downloads from the REST API into a file. An existing file is replaced only when all bytes have arrived and match
     * the digest that the server announced.
     */
    public void download(String path, Path file) throws IOException {
        download(path, file, Progress.UNSEEN);
    }

    void download(String path, Path file, Progress progress) throws IOException {
        try (var answer = send(ApiCall.get(path, Map.of()))) {
            new Download(answer, progress).into(file);
        }
    }

    private JsonNode json(ApiCall call) throws IOException {
        return json(call, SILENCE);
    }

    private JsonNode json(ApiCall call, Duration silence) throws IOException {
        try (var answer = send(call, silence)) {
            return JSON.readTree(answer.body());
        } catch (JacksonException e) {
            throw new IOException(endpoint + " answered " + name(call) + " with something other than JSON", e);
        }
    }

    /** The answer itself; throws a refusal. */
    Answer send(ApiCall call) throws IOException {
        return send(call, SILENCE);
    }

    private Answer send(ApiCall call, Duration silence) throws IOException {
        try {
            var answer = Answer.of(address(call), call.method(), signed(call), call.body(), silence);
            if (answer.status() >= 300) {
                throw refusal(answer);
            }
            return answer;
        } catch (ConnectException e) {
            throw new IOException(
                    "no server answers at " + endpoint + "; start one by ./kiln up or set KILN_ENDPOINT", e);
        } catch (UnknownHostException e) {
            throw new IOException("the host name of " + endpoint + " cannot be resolved; check KILN_ENDPOINT", e);
        } catch (SSLException e) {
            throw new IOException("no trusted connection to " + endpoint + ": " + reason(e), e);
        } catch (SocketTimeoutException e) {
            throw new IOException(endpoint + " does not answer; check KILN_ENDPOINT and the network", e);
        }
    }

    private String reason(SSLException e) {
        var said = String.valueOf(e.getMessage());
        return said.contains(NOT_TLS)
                ? "what answers there does not speak TLS; if it speaks http, set KILN_ENDPOINT=http://"
                        + endpoint.getRawAuthority()
                : said + "; check KILN_ENDPOINT";
    }

    private URI address(ApiCall call) {
        // A signed request could be sent on by its receiver: it must go to the endpoint and nowhere else.
        if (!ApiCall.isPath(call.path())) {
            throw new IllegalArgumentException("path \"" + call.path() + "\" does not begin with one /");
        }
        var query = RequestSignature.canonicalQuery(call.query());
        var server = endpoint.getScheme() + "://" + endpoint.getRawAuthority();
        return URI.create(server + (query.isEmpty() ? call.path() : call.path() + "?" + query));
    }

    /** The headers of a request that is sent now, including its signature. */
    private Map<String, String> signed(ApiCall call) {
        var headers = headers(call);
        var signature = new RequestSignature(
                call.method(), call.path(), call.query(), headers, call.body().sha256());
        headers.put("Authorization", signature.authorization(key));
        headers.put("Accept", "application/json, application/problem+json, */*;q=0.1");
        return headers;
    }

    private Map<String, String> headers(ApiCall call) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("host", host());
        headers.put("x-acs-version", VERSION);
        headers.put(
                "x-acs-date", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
        headers.put("x-acs-signature-nonce", UUID.randomUUID().toString());
        headers.put("x-acs-content-sha256", call.body().sha256());
        if (!key.token().isEmpty()) {
            headers.put("x-acs-security-token", key.token());
        }
        if (!call.action().isEmpty()) {
            headers.put("x-acs-action", call.action());
        }
        if (!call.body().contentType().isEmpty()) {
            headers.put("content-type", call.body().contentType());
        }
        return headers;
    }

    /** The Host header as the HTTP client writes it: without the scheme's default port. */
    private String host() {
        var usual = "https".equals(endpoint.getScheme()) ? 443 : 80;
        var port = endpoint.getPort();
        return port == -1 || port == usual ? endpoint.getHost() : endpoint.getHost() + ":" + port;
    }

    private ApiException refusal(Answer answer) throws IOException {
        try (answer) {
            var text = new String(answer.body().readNBytes(LONGEST_ERROR), StandardCharsets.UTF_8);
            var refusal = refusal(answer.status(), text);
            // Perhaps this is not a Kiln at all.
            return refusal.code().isEmpty()
                    ? new ApiException(answer.status(), "", endpoint + " answered with " + refusal.getMessage())
                    : refusal;
        }
    }

    /** The wire has Code and Message; a problem of the REST API (RFC 9457) has title and detail. */
    static ApiException refusal(int status, String text) {
        try {
            var json = JSON.readTree(text);
            var code = json.path("Code")
                    .asString(json.path("code").asString(json.path("title").asString("")));
            var message = json.path("Message").asString(json.path("detail").asString(""));
            return new ApiException(status, code, message.isEmpty() ? "HTTP status " + status : message);
        } catch (JacksonException e) {
            return new ApiException(status, "", "HTTP status " + status);
        }
    }

    private static String name(ApiCall call) {
        return call.action().isEmpty() ? call.method() + " " + call.path() : call.action();
    }
}
