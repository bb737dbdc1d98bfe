package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import dev.kiln.image.packages.PackageList;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The packed forms of an unpacked image: files beside it, each named by how it was packed and its digest. A file
 * appears at once with all its bytes.
 */
final class PackedForms {

    // Count this up when anything changes in how images are packed.
    private static final String FORM = "packed-1-";
    private static final String PACKAGES = "packages-";

    private PackedForms() {}

    /** The forms packed with this level of compression. */
    static List<Path> of(Path image, int compression) throws IOException {
        return matching(image, FORM + compression + "-*");
    }

    private static List<Path> matching(Path image, String pattern) throws IOException {
        var found = new ArrayList<Path>();
        try (var files = Files.newDirectoryStream(image, pattern)) {
            files.forEach(found::add);
        }
        return found;
    }

    /**
     * A packed form.
     *
     * @param packages what is installed in it, where that was known when it was packed
     */
    record Packed(Digest digest, Optional<PackageList> packages) {}

    static Packed about(Path packed) throws IOException {
        var name = packed.getFileName().toString();
        var hex = name.substring(name.lastIndexOf('-') + 1);
        return new Packed(new Digest("sha256:" + hex), packages(packed.resolveSibling(PACKAGES + hex)));
    }

    private static Optional<PackageList> packages(Path file) throws IOException {
        return Files.exists(file) ? Optional.of(PackageList.of(Files.readAllBytes(file))) : Optional.empty();
    }

    /** Adds a file that never changes any more; first what is installed in it, which nobody looks for again. */
    static void add(Path image, int compression, Path file, Packed packed) throws IOException {
        var hex = packed.digest().hex();
        if (packed.packages().isPresent()) {
            var list = file.resolveSibling(PACKAGES + hex);
            link(
                    image.resolve(PACKAGES + hex),
                    Files.write(list, packed.packages().get().toBytes()));
        }
        link(image.resolve(FORM + compression + "-" + hex), file);
    }

    private static void link(Path name, Path file) throws IOException {
        try (var opened = FileChannel.open(file, StandardOpenOption.READ)) {
            opened.force(true); // after a power failure the name must not promise missing bytes
        }
        try {
            Files.createLink(name, file);
        } catch (FileAlreadyExistsException e) {
            // Another build was first.
        }
    }

    /** Removes those of that digest. */
    static void remove(Path image, Digest digest) throws IOException {
        try {
            for (var packed : matching(image, "packed-*-" + digest.hex())) {
                Files.deleteIfExists(packed);
            }
        } catch (NoSuchFileException e) {
            // The image has just been evicted.
        }
    }

    /** What all of them take. */
    static long bytes(Path image) throws IOException {
        long bytes = 0;
        for (var packed : matching(image, "packed-*")) {
            bytes += Files.size(packed);
        }
        return bytes;
    }
}
