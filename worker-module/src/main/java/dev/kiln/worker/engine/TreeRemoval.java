package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** Removes trees whose files belong to users of the sandbox, which an ordinary worker may not do by itself. */
final class TreeRemoval {

    private final SandboxCommands commands;

    TreeRemoval(SandboxCommands commands) {
        this.commands = commands;
    }

    /** Removes the tree if it is there. An interrupt does not stop it, and is kept. */
    void remove(Path tree) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            if (Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
                run(tree);
            }
        } catch (InterruptedException e) {
            interrupted = true;
            throw new IOException("interrupted while removing " + tree, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run(Path tree) throws IOException, InterruptedException {
        var said = new Tail(1000);
        var command = commands.tool("rm", "-rf", "--one-file-system", "--", tree.toString());
        try {
            new SandboxProcess(command, Optional.empty(), null, said::add, () -> {}).run();
        } catch (Stopped | BuildFailedException e) {
            throw new IllegalStateException("a removal has no limits", e);
        }
        if (Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("removing " + tree + " failed: " + said.text());
        }
    }
}
