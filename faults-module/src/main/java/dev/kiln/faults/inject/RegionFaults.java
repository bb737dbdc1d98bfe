package dev.kiln.faults.inject;

import dev.kiln.faults.cluster.RegionDirectories;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A full disk, a file in place of a directory, and bytes that change while they are copied. */
final class RegionFaults {

    private static final long SECONDS_TO_FIND_A_COPY = 10;

    private final RegionDirectories regions;

    RegionFaults(RegionDirectories regions) {
        this.regions = regions;
    }

    Fault fullDisk(SplittableRandom random) {
        return new Fault(FaultKind.FULL_DISK, RegionDirectories.SMALL, lasting(random), regions::fill, regions::empty);
    }

    Fault refusing(SplittableRandom random) {
        return new Fault(
                FaultKind.REFUSING_REGION,
                RegionDirectories.REFUSING,
                lasting(random),
                regions::refuse,
                regions::accept);
    }

    // Sometimes shorter than the tries of a copy, sometimes longer.
    private static long lasting(SplittableRandom random) {
        return 300L + random.nextInt(random.nextBoolean() ? 2000 : 8000);
    }

    /** Flips a byte of a newly built image, so that a copy of it differs from what was built. */
    Fault corruptCopy(SplittableRandom random) {
        var flipped = new Flipped();
        return new Fault(
                FaultKind.CORRUPT_COPY,
                RegionDirectories.HOME,
                200 + random.nextInt(1200),
                () -> flipped.flip(regions.directory(RegionDirectories.HOME).resolve("images")),
                flipped::flipBack,
                flipped::image);
    }

    /** A file with one byte that is wrong for a while. */
    private static final class Flipped {

        private @Nullable FileChannel file;
        private String image = "";

        /** The id of the image whose byte it is. */
        String image() {
            return image;
        }

        void flip(Path images) throws IOException, InterruptedException, NothingBrokenException {
            var before = names(images);
            var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_FIND_A_COPY);
            while (System.nanoTime() < end) {
                for (var name : names(images)) {
                    var bytes = before.contains(name) ? Optional.<Path>empty() : published(images.resolve(name));
                    if (bytes.isPresent()) {
                        file = FileChannel.open(bytes.get(), StandardOpenOption.READ, StandardOpenOption.WRITE);
                        image = name;
                        invert();
                        return;
                    }
                }
                TimeUnit.MILLISECONDS.sleep(2);
            }
            throw new NothingBrokenException();
        }

        // Through the open file, which stays the same if it is removed or replaced meanwhile.
        void flipBack() throws IOException {
            var open = file;
            if (open != null) {
                invert();
                open.close();
            }
        }

        private void invert() throws IOException {
            var open = file;
            if (open == null) {
                return;
            }
            var middle = open.size() / 2;
            var one = ByteBuffer.allocate(1);
            open.read(one, middle);
            one.put(0, (byte) ~one.get(0)).rewind();
            open.write(one, middle);
        }

        private static Set<String> names(Path directory) throws IOException {
            try (var files = Files.list(directory)) {
                var names = new HashSet<String>();
                files.forEach(file -> names.add(file.getFileName().toString()));
                return names;
            } catch (java.nio.file.NoSuchFileException e) {
                return Set.of();
            }
        }

        private static Optional<Path> published(Path image) throws IOException {
            return List.copyOf(names(image)).stream()
                    .filter(name -> name.matches("[0-9a-f]{64}"))
                    .map(image::resolve)
                    .findFirst();
        }
    }
}
