package dev.kiln.execution;

/** Why something did not succeed: a code for programs (ErrorCode on the wire) and a sentence for people (ErrorInfo). */
public record Failure(String code, String info) {

    public static final Failure NONE = new Failure("", "");

    /** Such sentences quote commands, files and servers; what PostgreSQL keeps in no text is left out. */
    public Failure {
        info = info.replace("\0", "");
    }
}
