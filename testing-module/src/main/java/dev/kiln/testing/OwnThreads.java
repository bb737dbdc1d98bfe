package dev.kiln.testing;

import java.util.concurrent.Executor;

/** Threads for what has to happen at the same time. */
public final class OwnThreads {

    /** Gives each task one: the common pool of a machine with two processors has one for all. */
    public static final Executor EACH = task -> new Thread(task, "at-the-same-time").start();

    private OwnThreads() {}
}
