package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.kiln.testing.TestServers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A webhook whose secret cannot be opened any more fails by itself alone, and says why. */
class WebhookSecretsIT {

    @TempDir
    private Path regions;

    @Test
    void aSecretOfAnotherKeyHoldsUpNobodyElsesMessages() throws Exception {
        Set<String> arrived = ConcurrentHashMap.newKeySet();
        var receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        receiver.createContext("/", exchange -> {
            try (exchange) {
                arrived.add(exchange.getRequestURI().getPath());
                exchange.sendResponseHeaders(204, -1);
            }
        });
        receiver.start();
        var settings = Map.of("kiln.webhooks.private-networks", "127.0.0.0/8", "kiln.webhooks.back-off", "20ms");
        try (var server = ApiServer.start(TestServers.freshDatabase(), regions, settings)) {
            var account = server.newAccount();
            var url = "http://127.0.0.1:" + receiver.getAddress().getPort();
            var broken = webhook(account, url + "/broken");
            webhook(account, url + "/sound");
            server.jdbc()
                    .sql("update webhook set secret = sha256('another key') where id = :id")
                    .param("id", broken)
                    .update();

            var objects = new TestObjects(server, account);
            objects.start(objects.template(objects.image("base")));

            Awaitility.await("the sound one hears of it")
                    .atMost(30, TimeUnit.SECONDS)
                    .until(() -> arrived.contains("/sound"));
            Awaitility.await("the broken one says why")
                    .atMost(30, TimeUnit.SECONDS)
                    .until(() -> account.rest("GET", "/api/v1/webhooks/" + broken + "/deliveries", "")
                            .text()
                            .contains("kiln.secrets-key"));
            assertThat(arrived).doesNotContain("/broken");
        } finally {
            receiver.stop(0);
        }
    }

    private static String webhook(WireClient account, String url) {
        return account.rest("POST", "/api/v1/webhooks", "{\"url\":\"" + url + "\"}")
                .at("webhookId");
    }
}
