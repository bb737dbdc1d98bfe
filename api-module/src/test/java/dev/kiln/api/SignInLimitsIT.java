package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.TestServers;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whoever guesses secrets on the web page soon has to wait. Tries come back while a test runs, so the one who knows the
 * secret tries after each guess, and uses up nothing, until he is refused, too.
 */
class SignInLimitsIT {

    private static final int FAR_TOO_OFTEN = 100;

    @TempDir
    private Path regions;

    @Test
    void aKeyIsGuessedTenTimesAndThenRefusedWithTheRightSecretTooWhileAnotherIsNot() {
        try (var server = ApiServer.start(TestServers.freshDatabase(), regions, Map.of())) {
            var owner = server.newAccount();
            var other = server.newAccount();
            var pages = new PageClient(owner);
            var wrong = server.as(new Keys(owner.keys().account(), owner.keys().id(), "wrong"));
            var guesses = 0;
            Reply last;
            do {
                assertThat(pages.signIn(wrong, Map.of()).status()).isEqualTo(401);
                guesses++;
                last = pages.signIn(owner, Map.of());
            } while (last.status() == 303 && guesses < FAR_TOO_OFTEN);

            assertRefused(last);
            assertThat(guesses).isBetween(10, 19);
            assertThat(pages.signIn(other, Map.of()).status()).isEqualTo(303);
        }
    }

    @Test
    void anAddressTriesTenTimesAsOftenAsAKeyWhateverKeysItNamesAndWhereverItSaysItIs() {
        var limit = Map.of("kiln.web.tries-per-minute", "2");
        try (var server = ApiServer.start(TestServers.freshDatabase(), regions, limit)) {
            var innocent = server.newAccount();
            var pages = new PageClient(innocent);
            var guesses = 0;
            Reply last;
            do {
                var nobody = server.as(new Keys("1", "nobody-" + guesses, "wrong"));
                var elsewhere = Map.of("x-forwarded-for", "203.0.113." + guesses);
                assertThat(pages.signIn(nobody, elsewhere).status()).isEqualTo(401);
                guesses++;
                last = pages.signIn(innocent, elsewhere);
            } while (last.status() == 303 && guesses < FAR_TOO_OFTEN);

            assertRefused(last);
            assertThat(guesses).isBetween(20, 39);
        }
    }

    private static void assertRefused(Reply reply) {
        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.headers()).containsEntry("retry-after", "60");
        assertThat(PageClient.cookie(reply)).doesNotStartWith("kiln-session");
        assertThat(reply.text()).contains("Too many attempts.");
    }
}
