package dev.kiln.management;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kiln.management.HealthCheck.Need;
import dev.kiln.metric.Metrics;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import tools.jackson.databind.json.JsonMapper;

/**
 * Serves {@code /metrics}, {@code /health}, {@code /health/readiness} and {@code /health/liveness} on a port of its
 * own, from before the process takes work until after its last. It is the Java runtime's server: it adds next to
 * nothing to the start, and a worker has no other server (docs/adr/0017).
 */
public final class ManagementServer implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(ManagementServer.class);
    private static final int THREADS = 8;
    private static final int BACKLOG = 64;

    static {
        // Seconds for a request to arrive and for its answer to be sent; there is no other way to set this.
        System.setProperty("sun.net.httpserver.maxReqTime", "10");
        System.setProperty("sun.net.httpserver.maxRspTime", "30");
    }

    private final ManagementSettings settings;
    private final Health health;
    private final Metrics metrics;
    private final JsonMapper json;
    private @Nullable HttpServer server;
    private @Nullable ExecutorService threads;

    ManagementServer(ManagementSettings settings, Health health, Metrics metrics, JsonMapper json) {
        this.settings = settings;
        this.health = health;
        this.metrics = metrics;
        this.json = json;
    }

    @Override
    public synchronized void start() {
        if (settings.off()) {
            return;
        }
        var bound = bind();
        if (bound.isEmpty()) {
            // The process works without being monitored.
            LOG.warn(
                    "no metrics and no health: {} has no free port of {}; set kiln.management.ports",
                    settings.address(),
                    settings.ports());
            return;
        }
        var started = bound.get();
        var pool = pool();
        started.setExecutor(pool);
        started.createContext("/", this::handle);
        started.start();
        server = started;
        threads = pool;
        LOG.info("metrics and health at http:/{}", started.getAddress());
    }

    private static ExecutorService pool() {
        var pool = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(BACKLOG), task -> {
                    var thread = new Thread(task, "management");
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private Optional<HttpServer> bind() {
        for (var port = settings.first(); port <= settings.last(); port++) {
            try {
                return Optional.of(HttpServer.create(new InetSocketAddress(settings.address(), port), BACKLOG));
            } catch (BindException e) {
                LOG.debug("port {} is taken", port);
            } catch (IOException e) {
                throw new IllegalStateException("kiln.management.address " + settings.address() + " is of no use", e);
            }
        }
        return Optional.empty();
    }

    /** The port in use; 0 when there is none. */
    public synchronized int port() {
        var running = server;
        return running == null ? 0 : running.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var method = exchange.getRequestMethod();
            if (method.equals("GET") || method.equals("HEAD")) {
                answer(exchange);
            } else {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                send(exchange, 405, "text/plain", "only GET and HEAD are answered here\n");
            }
        } catch (RuntimeException e) {
            LOG.warn("{} was not answered", exchange.getRequestURI(), e);
            throw e;
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        switch (exchange.getRequestURI().getPath()) {
            case "/metrics" -> metrics(exchange);
            case "/health" -> health(exchange, Need.HEALTH);
            case "/health/readiness" -> health(exchange, Need.WORK);
            case "/health/liveness" -> health(exchange, Need.LIFE);
            default ->
                send(exchange, 404, "text/plain", "there are /metrics, /health, /health/readiness, /health/liveness\n");
        }
    }

    private void metrics(HttpExchange exchange) throws IOException {
        if (!trusted(exchange)) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
            send(exchange, 401, "text/plain", "send the token of kiln.management.token as Authorization: Bearer\n");
            return;
        }
        var type = "text/plain; version=0.0.4; charset=utf-8";
        send(exchange, 200, type, metrics.scrape(type));
    }

    /** Sends only the status to callers that may not read metrics, so that probes need no token. */
    private void health(HttpExchange exchange, Need asked) throws IOException {
        var report = health.report(asked);
        var answer = json.createObjectNode().put("status", report.status());
        if (trusted(exchange)) {
            var checks = answer.putObject("checks");
            report.checks()
                    .forEach((name, finding) -> checks.putObject(name)
                            .put("status", finding.up() ? "UP" : "DOWN")
                            .put("detail", finding.detail()));
        }
        send(exchange, report.up() ? 200 : 503, "application/json", json.writeValueAsString(answer) + "\n");
    }

    private boolean trusted(HttpExchange exchange) {
        var given = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        return settings.token().isEmpty()
                || MessageDigest.isEqual(
                        given.getBytes(StandardCharsets.UTF_8),
                        ("Bearer " + settings.token()).getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        var body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
        } else {
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public synchronized void stop() {
        var running = server;
        server = null;
        if (running != null) {
            running.stop(0);
        }
        var pool = threads;
        threads = null;
        if (pool != null) {
            pool.shutdownNow();
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return server != null;
    }

    /** Starts before everything else, and so stops after it. */
    @Override
    public int getPhase() {
        return Integer.MIN_VALUE;
    }
}
