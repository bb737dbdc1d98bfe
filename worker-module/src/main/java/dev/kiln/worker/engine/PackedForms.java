package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The packed forms of an unpacked image, files beside it. The name of one says how it was packed and what its digest
 * is; it is there at once with all of its bytes.
 */
final class PackedForms {

    // To be counted up when anything changes in how images are packed.
    private static final String FORM = "packed-1-";

    private PackedForms() {}

    /** Those with a level of compression. */
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

    static Digest digest(Path packed) {
        var name = packed.getFileName().toString();
        return new Digest("sha256:" + name.substring(name.lastIndexOf('-') + 1));
    }

    /** Adds a file that never changes any more. */
    static void add(Path image, int compression, Path file, Digest digest) throws IOException {
        try (var opened = FileChannel.open(file, StandardOpenOption.READ)) {
            opened.force(true); // after a power failure the name must not promise what is not there
        }
        try {
            Files.createLink(image.resolve(FORM + compression + "-" + digest.hex()), file);
        } catch (FileAlreadyExistsException e) {
            // Another build was first.
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
