package dev.kiln.testing;

import java.util.concurrent.Executor;

/** Threads for tasks that must run at the same time. */
public final class OwnThreads {

    /** Runs each task in its own thread: the common pool of a machine with two processors has only one. */
    public static final Executor EACH = task -> new Thread(task, "at-the-same-time").start();

    private OwnThreads() {}
}
