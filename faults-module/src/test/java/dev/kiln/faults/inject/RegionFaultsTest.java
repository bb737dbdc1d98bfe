package dev.kiln.faults.inject;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.faults.cluster.RegionDirectories;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A flipped byte is recorded with the image that it is a byte of. */
@Timeout(60)
class RegionFaultsTest {

    private static final String DIGEST = "0123456789abcdef".repeat(4);

    @TempDir
    private Path temporary;

    @Test
    void aFlippedByteIsOfTheImageThatItNames() throws Exception {
        try (var regions = new RegionDirectories(Files.createDirectory(temporary.resolve("regions")))) {
            var images = regions.directory(RegionDirectories.HOME).resolve("images");
            var fault = new RegionFaults(regions).corruptCopy(new SplittableRandom(1));
            var begun = CompletableFuture.runAsync(() -> begin(fault));
            var made = 0;
            // Only an image that appears while it looks is taken.
            do {
                made++;
                var image = Files.createDirectories(images.resolve("m-" + made));
                Files.writeString(image.resolve(DIGEST), "clay");
            } while (!hasBegun(begun));

            for (var number = 1; number <= made; number++) {
                var image = "m-" + number;
                assertThat(bytes(images, image).equals("clay"))
                        .as(image)
                        .isNotEqualTo(image.equals(fault.struck().get()));
            }

            fault.mend().take();
            assertThat(bytes(images, fault.struck().get())).isEqualTo("clay");
        }
    }

    private static boolean hasBegun(CompletableFuture<Void> begun) throws Exception {
        try {
            begun.get(10, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    private static void begin(Fault fault) {
        try {
            fault.begin().take();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static String bytes(Path images, String image) throws Exception {
        return new String(Files.readAllBytes(images.resolve(image).resolve(DIGEST)), StandardCharsets.ISO_8859_1);
    }
}
