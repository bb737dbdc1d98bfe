package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.kiln.testing.TestServers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Slow receivers, with as many messages as they like, delay only those of their own accounts. */
class WebhookTurnsIT {

    private static final int SENDERS = 2;
    private static final int OF_EACH = 4;

    private final List<String> arrived = new CopyOnWriteArrayList<>();
    private final Semaphore answers = new Semaphore(0);

    @Test
    void whoseMessageIsNewestIsNotBehindAllOfTwoAccountsWhoseReceiversAreSlow(@TempDir Path regions) throws Exception {
        var settings = Map.of(
                "kiln.webhooks.private-networks", "127.0.0.0/8", "kiln.webhooks.at-once", Integer.toString(SENDERS));
        var handlers = Executors.newCachedThreadPool();
        var receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        receiver.setExecutor(handlers);
        receiver.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                arrived.add(exchange.getRequestURI().getPath());
                answers.acquireUninterruptibly();
                exchange.sendResponseHeaders(204, -1);
            }
        });
        receiver.start();
        try (var server = ApiServer.start(TestServers.freshDatabase(), regions, settings)) {
            var port = receiver.getAddress().getPort();
            for (var slow : List.of("/slow", "/slower")) {
                var client = server.newAccount();
                for (var webhook = 0; webhook < OF_EACH; webhook++) {
                    tell(client, port, slow);
                }
            }
            Awaitility.await().until(() -> arrived.size() == SENDERS);
            assertThat(arrived).containsExactlyInAnyOrder("/slow", "/slower");
            tell(server.newAccount(), port, "/other");

            answers.release();

            Awaitility.await().until(() -> arrived.size() == SENDERS + 1);
            assertThat(arrived.get(SENDERS)).isEqualTo("/other");
            answers.release(2 * OF_EACH);
            Awaitility.await().until(() -> arrived.size() == 2 * OF_EACH + 1);
        } finally {
            answers.release(100);
            receiver.stop(0);
            handlers.shutdown();
        }
    }

    /** Makes a webhook with a message that is due. */
    private static void tell(WireClient client, int port, String path) throws IOException {
        var made = client.rest("POST", "/api/v1/webhooks", "{\"url\":\"http://127.0.0.1:" + port + path + "\"}");
        assertThat(made.status()).as(made.text()).isLessThan(300);
        client.rest("POST", "/api/v1/webhooks/" + made.at("webhookId") + "/test", "");
    }
}
