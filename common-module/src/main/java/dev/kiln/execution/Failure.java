package dev.kiln.execution;

/** Why something failed: a code for programs (ErrorCode on the wire) and a sentence for people (ErrorInfo). */
public record Failure(String code, String info) {

    public static final Failure NONE = new Failure("", "");

    /** Removes characters that PostgreSQL cannot store: the sentences quote commands, files and servers. */
    public Failure {
        info = info.replace("\0", "");
    }
}
