package dev.kiln.worker.engine;

import java.io.IOException;

/** What was kept of a build's steps cannot be used: the build has to begin with the first. */
final class KeptStepsLostException extends IOException {

    private static final long serialVersionUID = 1;

    KeptStepsLostException(IOException cause) {
        super("what was kept of its steps is of no use: " + cause.getMessage(), cause);
    }
}
