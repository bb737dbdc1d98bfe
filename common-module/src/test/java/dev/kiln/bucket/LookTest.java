package dev.kiln.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.region.RegionId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class LookTest {

    // Each would be waited for for three seconds.
    private static final int MANY = 30;

    @TempDir
    private Path directory;

    private final CountDownLatch answers = new CountDownLatch(1);

    @AfterEach
    void answer() {
        answers.countDown();
    }

    @Test
    void aDirectoryThatHasNotAnsweredIsHardlyWaitedForUntilItAnswersAgain() {
        for (var look = 0; look < MANY; look++) {
            assertSilent();
        }
        answers.countDown();
        awaitAnswer();
    }

    @Test
    void oneLookThatNeverEndsKeepsNobodyFromTheOthers() throws IOException {
        assertSilent();
        awaitAnswer();
        for (var look = 0; look < MANY; look++) {
            assertThat(Look.into(bucket(), () -> "found")).isEqualTo("found");
        }
    }

    private void assertSilent() {
        assertThatThrownBy(() -> Look.into(bucket(), () -> {
                    answers.await();
                    return "late";
                }))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("bucket away does not answer");
    }

    /** The first look may find no free thread, or a moment too short for a busy machine. */
    private void awaitAnswer() {
        Awaitility.await()
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> Look.into(bucket(), () -> "found").equals("found"));
    }

    private Bucket bucket() {
        return new Bucket("away", new RegionId("cn-one"), directory, Set.of());
    }
}
