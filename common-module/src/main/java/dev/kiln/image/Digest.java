package dev.kiln.image;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** The SHA-256 of some bytes, written {@code sha256:} and 64 lower-case hexadecimal digits. */
public record Digest(String value) {

    private static final String PREFIX = "sha256:";
    private static final Pattern FORM = Pattern.compile(PREFIX + "[0-9a-f]{64}");

    public Digest {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("digest \"" + value + "\" is not sha256: and 64 hexadecimal digits");
        }
    }

    /** A new SHA-256 computation, to be fed and then given to {@link #of(MessageDigest)}. */
    public static MessageDigest computation() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The digest of everything fed to the computation, which this resets. */
    public static Digest of(MessageDigest computation) {
        return new Digest(PREFIX + HexFormat.of().formatHex(computation.digest()));
    }

    /** The digest of a file. */
    public static Digest of(Path file) throws IOException {
        var computation = computation();
        try (var in = new DigestInputStream(Files.newInputStream(file), computation)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return of(computation);
    }

    /** The 64 hexadecimal digits, without the name of the algorithm. */
    public String hex() {
        return value.substring(PREFIX.length());
    }

    @Override
    public String toString() {
        return value;
    }
}
