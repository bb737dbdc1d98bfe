package dev.kiln.worker.engine;

import java.io.IOException;

/** The kept steps of a build cannot be used: it has to begin again with the first. */
final class KeptStepsLostException extends IOException {

    private static final long serialVersionUID = 1;

    KeptStepsLostException(IOException cause) {
        super("what was kept of its steps is of no use: " + cause.getMessage(), cause);
    }
}
