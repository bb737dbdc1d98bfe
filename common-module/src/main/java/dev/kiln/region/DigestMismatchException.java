package dev.kiln.region;

import dev.kiln.image.Digest;
import java.io.IOException;

/** The bytes that arrived are not the bytes that were sent. */
public final class DigestMismatchException extends IOException {

    private static final long serialVersionUID = 1;

    public DigestMismatchException(String what, Digest expected, Digest actual) {
        super(what + " has digest " + actual + " instead of " + expected);
    }
}
