package dev.kiln.worker.engine;

import java.time.Duration;

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

    /** The command that began is not run: what an earlier build made of it is taken. */
    default void stepReused(int number, int total, String since) {
        phase("taken from the step cache, where it is since " + since);
        stepFinished(number, total, Duration.ZERO);
    }
}
