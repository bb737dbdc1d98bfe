package dev.kiln.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.util.HexFormat;

/** A download into a file, which gets its name only when all bytes have arrived with the right digest. */
final class Download {

    private final Answer answer;
    private final Progress progress;

    Download(Answer answer, Progress progress) {
        this.answer = answer;
        this.progress = progress;
    }

    void into(Path file) throws IOException {
        var part = DownloadFile.part(file);
        var made = Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        // Ctrl-C ends the process without what stands in finally.
        part.toFile().deleteOnExit();
        try {
            check(copy(made));
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Copies the bytes and returns their digest. */
    private String copy(OutputStream made) throws IOException {
        var digest = RequestSignature.digest();
        try (made) {
            var total = answer.header("Content-Length").map(Long::parseLong).orElse(Long.MAX_VALUE);
            var out = new DigestOutputStream(progress.over(made, total), digest);
            answer.body().transferTo(out);
        }
        return "sha256:" + HexFormat.of().formatHex(digest.digest());
    }

    private void check(String digest) throws IOException {
        var announced = answer.header("Kiln-Digest").orElse(digest);
        if (!announced.equals(digest)) {
            throw new IOException("what came has the digest " + digest + " instead of " + announced
                    + "; get it again, and ask for ./kiln doctor if that is so each time");
        }
    }
}
