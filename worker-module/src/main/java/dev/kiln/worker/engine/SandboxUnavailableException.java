package dev.kiln.worker.engine;

/** This worker cannot make a sandbox; the message says why and what to do. */
public final class SandboxUnavailableException extends Exception {

    private static final long serialVersionUID = 1;

    public SandboxUnavailableException(String message) {
        super(message);
    }
}
