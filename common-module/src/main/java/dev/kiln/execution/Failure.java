package dev.kiln.execution;

/** Why something did not succeed: a code for programs (ErrorCode on the wire) and a sentence for people (ErrorInfo). */
public record Failure(String code, String info) {

    public static final Failure NONE = new Failure("", "");
}
