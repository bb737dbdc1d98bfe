package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.TestServers;
import java.nio.file.Path;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThrottleIT {

    @TempDir
    private Path regions;

    @Test
    void aKeyThatSendsTooMuchIsRefusedForAWhileAndOthersAreNot() {
        var limits = Map.of("kiln.throttle.burst", "5", "kiln.throttle.per-second", "1");
        try (var server = ApiServer.start(TestServers.freshDatabase(), regions, limits)) {
            var busy = server.as(ApiServer.ROOT);
            var quiet = server.newAccount();
            var last = busy.call("DescribeRegions");
            for (int call = 0; call < 100 && last.status() == 200; call++) {
                last = busy.call("DescribeRegions");
            }

            assertThat(last.refusal()).isEqualTo("400 Throttling.User");
            assertThat(Integer.parseInt(last.headers().getOrDefault("x-acs-retry-after", "")))
                    .isBetween(1, 1001);
            assertThat(last.headers()).containsKey("retry-after");
            assertThat(quiet.call("DescribeRegions").status()).isEqualTo(200);
            // A stranger who knows the key's id cannot use up its tokens, nor learn that there are none left.
            var forged = server.as(new Keys(busy.keys().account(), busy.keys().id(), "another"));
            assertThat(forged.call("DescribeRegions").refusal()).isEqualTo("400 SignatureDoesNotMatch");
            Awaitility.await("tokens come back")
                    .until(() -> busy.call("DescribeRegions").status() == 200);
        }
    }

    @Test
    void thePagesOfAKeyCountAsItsRequests() {
        var limits = Map.of("kiln.throttle.burst", "5", "kiln.throttle.per-second", "1");
        try (var server = ApiServer.start(TestServers.freshDatabase(), regions, limits)) {
            var busy = server.as(ApiServer.ROOT);
            var quiet = server.newAccount();
            var pages = new PageClient(busy);
            var session = pages.session(busy);
            var last = pages.get("/ui", session);
            for (int call = 0; call < 100 && last.status() == 200; call++) {
                last = pages.get("/ui", session);
            }

            assertThat(last.status()).isEqualTo(400);
            assertThat(last.text()).contains("Throttling.User", "Send fewer requests a second.");
            assertThat(last.headers()).containsKey("retry-after");
            assertThat(pages.get("/ui/sign-in", PageClient.BROWSER).status()).isEqualTo(200);
            assertThat(pages.get("/ui", pages.session(quiet)).status()).isEqualTo(200);
            Awaitility.await("tokens come back")
                    .until(() -> pages.get("/ui", session).status() == 200);
            Awaitility.await("signing in counts, too")
                    .until(() -> pages.signIn(busy, Map.of()).text().contains("Throttling.User"));
        }
    }
}
