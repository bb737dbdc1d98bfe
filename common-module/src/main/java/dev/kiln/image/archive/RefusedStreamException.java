package dev.kiln.image.archive;

import java.io.IOException;

/** Carries a refusal through stream interfaces; becomes an {@link ArchiveRefusedException} at the edge. */
final class RefusedStreamException extends IOException {

    private static final long serialVersionUID = 1;

    RefusedStreamException(String message) {
        super(message);
    }
}
