package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who follows an execution outlives a server that is away for a while, however it went. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class VanishedServerTest {

    private static final String TEMPLATE = "ip-aaaaaaaaaaaaaaaaaaaa";
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final String ENDED = """
            {"status":"CANCELLED","events":[],"targets":[]}""";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    private final CountDownLatch end = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        end.countDown();
        threads.shutdownNow();
    }

    @Test
    void anExecutionIsFollowedPastAServerThatFallsSilent() throws Exception {
        var server = silentOnce("{\"status\":\"PREPARING\",\"events\":[]}", ENDED);
        try {
            var execution = new Follower(client(server), "exec-1", terminal(), Patience.ofStranger()).follow(false);
            assertThat(execution.path("status").asString()).isEqualTo("CANCELLED");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aLogIsFollowedPastAServerThatFallsSilent() throws Exception {
        var server = silentOnce("one ", "two");
        try {
            new LogPrinter(client(server), "exec-1", terminal()).print(true);
            assertThat(out).hasToString("one two");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aServerThatHasTakenAStartMayGoRightAfterIt() throws Exception {
        try (var listening = new ServerSocket(0, 5, LOOPBACK)) {
            var following = new FutureTask<>(() -> start(listening.getLocalPort()));
            var thread = new Thread(following, "following");
            thread.start();
            takeTheLast(listening);
            // It waits between two questions, so one was refused.
            while (thread.isAlive() && thread.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            var server = HttpServer.create(new InetSocketAddress(LOOPBACK, listening.getLocalPort()), 5);
            server.createContext("/", exchange -> say(exchange, ENDED));
            server.start();
            try {
                assertThat(following.get())
                        .as(out.toString(StandardCharsets.UTF_8))
                        .isEqualTo(13);
            } finally {
                server.stop(0);
            }
        }
    }

    private int start(int port) {
        var environment = Map.of(
                "KILN_ENDPOINT", "http://127.0.0.1:" + port,
                "KILN_ACCESS_KEY_ID", "id",
                "KILN_ACCESS_KEY_SECRET", "secret");
        return Main.run(List.of("start", TEMPLATE, "-f"), new Surroundings(environment, Path.of("")), print, print);
    }

    /** Answers one request, and answers it only when nobody else can connect. */
    private static void takeTheLast(ServerSocket listening) throws IOException {
        try (var connection = listening.accept()) {
            listening.close();
            var in = connection.getInputStream();
            var request = new StringBuilder();
            while (!request.toString().endsWith("\r\n\r\n")) {
                request.append((char) in.read());
            }
            var answer = "{\"ExecutionId\":\"exec-1\"}";
            connection
                    .getOutputStream()
                    .write(("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + answer.length() + "\r\n\r\n"
                                    + answer)
                            .getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Says nothing at all to the second request. */
    private HttpServer silentOnce(String first, String afterwards) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 5);
        var requests = new AtomicInteger();
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            switch (requests.incrementAndGet()) {
                case 1 -> say(exchange, first);
                case 2 -> sayNothing();
                default -> {
                    exchange.getResponseHeaders().set("Kiln-Log-Complete", "true");
                    say(exchange, afterwards);
                }
            }
        });
        server.start();
        return server;
    }

    private void sayNothing() {
        try {
            end.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void say(HttpExchange exchange, String text) throws IOException {
        try (exchange) {
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static SignedClient client(HttpServer server) {
        var endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        return new SignedClient(endpoint, new AccessKey("id", "secret"), Clock.systemUTC(), Duration.ofMillis(500));
    }

    private Terminal terminal() {
        return new Terminal(print, print, 0, false);
    }
}
