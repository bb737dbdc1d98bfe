package dev.kiln.worker.engine;

import dev.kiln.trace.TraceParent;
import dev.kiln.worker.secret.Secrets;
import java.time.Duration;
import java.util.Optional;

/**
 * Receives a build's events and output while it happens; the events can serve as a table of contents. Calls come from
 * one thread at a time.
 */
public interface BuildOutput {

    /** A phase outside the commands begins ("extracting base image", "packing"). */
    void phase(String what);

    /** Command {@code number} of {@code total} begins. */
    void stepStarted(int number, int total, String text);

    /** Output of the running command: standard output and standard error in order of appearance, not cut at lines. */
    void output(byte[] bytes, int length);

    /** The running command succeeded. */
    void stepFinished(int number, int total, Duration took);

    /** The secrets that this output must not contain; they are masked in commands' output before its end is kept. */
    default Secrets secrets() {
        return Secrets.NONE;
    }

    /** The parent of the commands' spans in a trace. */
    default Optional<TraceParent> trace() {
        return Optional.empty();
    }

    /** The command that began is not run: the result of an earlier build is used. */
    default void stepReused(int number, int total, String since) {
        phase("taken from the step cache, where it is since " + since);
        stepFinished(number, total, Duration.ZERO);
    }
}
