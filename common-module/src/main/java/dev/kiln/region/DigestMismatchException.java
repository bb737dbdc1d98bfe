package dev.kiln.region;

import dev.kiln.image.Digest;
import java.io.IOException;

/** The bytes that arrived are not the bytes that were sent. */
public final class DigestMismatchException extends IOException {

    private static final long serialVersionUID = 1;

    public DigestMismatchException(StoreKey key, Digest expected, Digest actual) {
        super("object " + key + " has digest " + actual + " instead of " + expected);
    }
}
