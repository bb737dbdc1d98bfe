package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Removes trees that are no longer in use. A separate process removes those that are too deep, and those with files of
 * the sandbox's users, which an ordinary worker cannot remove itself.
 */
final class TreeRemoval {

    private final SandboxCommands commands;

    TreeRemoval(SandboxCommands commands) {
        this.commands = commands;
    }

    /** Removes the trees that exist. An interrupt does not stop it; the interrupted flag is restored. */
    void remove(List<Path> trees) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            var left = new ArrayList<String>();
            for (var tree : trees) {
                if (Files.exists(tree, LinkOption.NOFOLLOW_LINKS) && !isGone(tree)) {
                    left.add(tree.toString());
                }
            }
            if (!left.isEmpty()) {
                run(left);
            }
        } catch (InterruptedException e) {
            interrupted = true;
            throw new IOException("interrupted while removing " + trees, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    void remove(Path tree) throws IOException {
        remove(List.of(tree));
    }

    /** Removes what needs no separate process; true when nothing is left. */
    private static boolean isGone(Path tree) {
        try {
            Files.walkFileTree(tree, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                        throws IOException {
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void run(List<String> trees) throws IOException, InterruptedException {
        var said = new Tail(1000);
        var command = commands.tool("rm", "-rf", "--one-file-system", "--");
        command.addAll(trees);
        try {
            new SandboxProcess(command, null, said::add, () -> {}).run();
        } catch (Stopped | BuildFailedException e) {
            throw new IllegalStateException("a removal has no limits", e);
        }
        for (var tree : trees) {
            if (Files.exists(Path.of(tree), LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("removing " + tree + " failed: " + said.text());
            }
        }
    }
}
