package dev.kiln.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that says what a test wants it to, and commands that ask it. */
final class AnsweringServer implements AutoCloseable {

    /** What the commands find in their environment besides the server and the key. */
    final Map<String, String> environment = new HashMap<>();

    /** Method and address of each request, or the operation that it calls. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, String> answers = new HashMap<>();
    private final Map<String, Integer> statuses = new HashMap<>();
    private final HttpServer server;
    private final Path directory;
    private String body = "";

    AnsweringServer(Path directory) throws IOException {
        this.directory = directory;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.createContext("/", this::handle);
        server.start();
        environment.put(
                "KILN_ENDPOINT", "http://127.0.0.1:" + server.getAddress().getPort());
        environment.put("KILN_ACCESS_KEY_ID", "id");
        environment.put("KILN_ACCESS_KEY_SECRET", "secret");
    }

    /** What is answered to an operation, or to a path; anything else gets an empty object. */
    void answer(String what, int status, String text) {
        answers.put(what, text);
        statuses.put(what, status);
    }

    int run(String... words) {
        out.reset();
        err.reset();
        return Main.run(List.of(words), new Surroundings(environment, directory), print(out), print(err));
    }

    String said() {
        return err.toString(StandardCharsets.UTF_8);
    }

    String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Of the last request that had one. */
    String body() {
        return body;
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var operation = exchange.getRequestHeaders().getFirst("x-acs-action");
            var address = exchange.getRequestURI();
            asked.add(operation == null ? exchange.getRequestMethod() + " " + address : operation);
            var sent = exchange.getRequestBody().readAllBytes();
            body = sent.length == 0 ? body : new String(sent, StandardCharsets.UTF_8);
            var what = operation == null ? address.getPath() : operation;
            var bytes = answers.getOrDefault(what, "{}").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(statuses.getOrDefault(what, 200), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
