package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.image.ImageInspector;
import dev.kiln.image.archive.ArchiveInspector;
import dev.kiln.image.archive.ArchiveLimits;
import dev.kiln.testing.OwnThreads;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/** Archives that wait for others to be unpacked. */
@Timeout(120)
class XzTurnsIT {

    /** A tar archive with one file. */
    private static final byte[] XZ = Base64.getDecoder()
            .decode("/Td6WFoAAATm1rRGAgAhAQwAAACPmEGc4An/ADtdADCAM1AYaImC7aeAafrabfK2pt8cnv0hyiWOGt6gN3YKIJKBc9Nm8GGk"
                    + "dN8C1FlLrcNdoIf8/0SDP0wAAABsFeRV0358oQABV4AUAAAAyJxDvLHEZ/sCAAAAAARZWg==");

    private static final int MAGIC = 6;

    // As many as are unpacked at once: one for each 256 MiB of this process's memory.
    private static final int TURNS =
            (int) Math.min(64, Math.max(1, Runtime.getRuntime().maxMemory() >> 28));

    private final CountDownLatch unpacking = new CountDownLatch(TURNS);
    private final CountDownLatch over = new CountDownLatch(1);

    /** A server that waits for a moment where others wait for a minute. */
    @Configuration(proxyBeanMethods = false)
    static class Impatient {

        private static final ArchiveLimits LIMITS =
                new ArchiveLimits(20, 1 << 20, 100, 300, 8192, 4096, 3, 27, Duration.ofMillis(10));

        @Bean
        @Primary
        ImageInspector impatientImageInspector() {
            return new ImageInspector(LIMITS);
        }

        @Bean
        @Primary
        ArchiveInspector impatientContextInspector() {
            return new ArchiveInspector(LIMITS);
        }
    }

    @Test
    void whoHasNoTurnIsToldSoAndNotThatTheRegionIsAway() throws Exception {
        try (var server = ApiServer.startWith(Impatient.class, Map.of())) {
            var client = server.newAccount();
            var objects = new TestObjects(server, client);
            var context = "/api/v1/templates/" + objects.template(objects.image("base")) + "/context";
            var readers = new ArrayList<CompletableFuture<Void>>();
            try {
                for (int reader = 0; reader < TURNS; reader++) {
                    readers.add(CompletableFuture.runAsync(this::takeTurn, OwnThreads.EACH));
                }
                assertThat(unpacking.await(30, TimeUnit.SECONDS)).isTrue();

                assertBusy(image(client));
                assertBusy(client.upload("PUT", context, XZ, Map.of()));
            } finally {
                over.countDown();
                readers.forEach(CompletableFuture::join);
            }
            assertThat(image(client).status()).isEqualTo(201);
        }
    }

    private static Reply image(WireClient client) {
        return client.upload("POST", "/api/v1/images?name=late&regionId=" + WireClient.REGION, XZ, Map.of());
    }

    private static void assertBusy(Reply reply) {
        assertThat(reply.refusal()).isEqualTo("503 ServiceUnavailable");
        assertThat(reply.text())
                .contains("being unpacked by xz", "Try again in a moment")
                .doesNotContain("Region");
    }

    /** Unpacks an archive of which no more comes than that it is one, until the test is over. */
    private void takeTurn() {
        try {
            new ArchiveInspector(ArchiveLimits.DEFAULT).inspect(offset -> held(new ByteArrayInputStream(XZ)));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private InputStream held(InputStream bytes) {
        return new FilterInputStream(bytes) {

            private boolean begun;

            /** Or the readers around it would read on before the turn is theirs. */
            @Override
            public int available() {
                return 0;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                if (!begun) {
                    begun = true;
                    return super.read(buffer, offset, MAGIC);
                }
                unpacking.countDown();
                try {
                    over.await();
                } catch (InterruptedException e) {
                    throw new InterruptedIOException();
                }
                return super.read(buffer, offset, length);
            }
        };
    }
}
