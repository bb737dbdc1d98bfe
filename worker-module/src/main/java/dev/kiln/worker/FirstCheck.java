package dev.kiln.worker;

import dev.kiln.worker.engine.BuildEngine;
import dev.kiln.worker.engine.SandboxUnavailableException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** Checks whether the engine can build while the rest of the worker is put together. */
final class FirstCheck {

    private final FutureTask<@Nullable Void> check;

    /** Starts the check in a thread of its own. */
    FirstCheck(BuildEngine engine) {
        check = new FutureTask<>(() -> {
            engine.check();
            return null;
        });
        var thread = new Thread(check, "first-check");
        thread.setDaemon(true);
        thread.start();
    }

    /** Returns when the engine can build; throws the reason if it cannot. */
    void await() throws SandboxUnavailableException, InterruptedException {
        try {
            check.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SandboxUnavailableException unavailable) {
                throw unavailable;
            }
            throw new IllegalStateException("the first check of the sandbox failed", e.getCause());
        }
    }
}
