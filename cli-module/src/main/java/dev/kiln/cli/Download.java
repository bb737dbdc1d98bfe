package dev.kiln.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
        try {
            check(copy(part));
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Copies the bytes and returns their digest. */
    private String copy(Path part) throws IOException {
        var total = answer.header("Content-Length").map(Long::parseLong).orElse(Long.MAX_VALUE);
        var digest = RequestSignature.digest();
        try (var out = new DigestOutputStream(progress.over(Files.newOutputStream(part), total), digest)) {
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
