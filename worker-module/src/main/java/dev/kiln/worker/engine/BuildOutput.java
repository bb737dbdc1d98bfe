package dev.kiln.worker.engine;

import dev.kiln.trace.TraceParent;
import dev.kiln.worker.secret.Secrets;
import java.time.Duration;
import java.util.Optional;

/** Follows a build while it happens; the calls tell it as a table of contents. Calls come from one thread at a time. */
public interface BuildOutput {

    /** A phase outside of the commands begins ("extracting base image", "packing"). */
    void phase(String what);

    /** Command {@code number} of {@code total} begins. */
    void stepStarted(int number, int total, String text);

    /** Output of the running command, standard output and standard error as they appear; not cut at lines. */
    void output(byte[] bytes, int length);

    /** The running command ended well. */
    void stepFinished(int number, int total, Duration took);

    /** What nothing that is told may have in it; it is taken out of commands' output before the end of it is kept. */
    default Secrets secrets() {
        return Secrets.NONE;
    }

    /** Where in a trace the commands belong. */
    default Optional<TraceParent> trace() {
        return Optional.empty();
    }

    /** The command that began is not run: what an earlier build made of it is taken. */
    default void stepReused(int number, int total, String since) {
        phase("taken from the step cache, where it is since " + since);
        stepFinished(number, total, Duration.ZERO);
    }
}
