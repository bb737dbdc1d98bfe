package dev.kiln.standalone;

import com.github.luben.zstd.ZstdInputStream;
import dev.kiln.image.Digest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** A downloaded copy of an image: a tar archive compressed with zstd. */
record ImageFile(Path path) {

    private static final int LONGEST_TEXT = 64 * 1024;

    Digest digest() throws IOException {
        var computation = Digest.computation();
        try (var digesting = new DigestOutputStream(OutputStream.nullOutputStream(), computation)) {
            Files.copy(path, digesting);
        }
        return Digest.of(computation);
    }

    /** The content of a short text file in the image. */
    String text(String name) throws IOException {
        var bytes = new BufferedInputStream(Files.newInputStream(path));
        try (var tar = new TarArchiveInputStream(new ZstdInputStream(bytes))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (plain(entry.getName()).equals(name) && entry.isFile()) {
                    return new String(tar.readNBytes(LONGEST_TEXT), StandardCharsets.UTF_8);
                }
            }
        }
        throw new IOException("the image has no file " + name);
    }

    private static String plain(String name) {
        return name.startsWith("./") ? name.substring(2) : name;
    }
}
