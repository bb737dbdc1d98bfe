package dev.kiln.execution;

/** The id of an execution on the wire (ExecutionId): {@code exec-} and 20 lower-case letters or digits. */
public record ExecutionId(String value) {

    @Override
    public String toString() {
        return value;
    }
}
