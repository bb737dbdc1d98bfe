package dev.kiln.image.archive;

import java.io.IOException;

/** Marks a failure of the source of the bytes, which is not the archive's fault. */
final class SourceFailedException extends IOException {

    private static final long serialVersionUID = 1;

    private final IOException reason;

    SourceFailedException(IOException reason) {
        super(reason.getMessage(), reason);
        this.reason = reason;
    }

    IOException reason() {
        return reason;
    }
}
