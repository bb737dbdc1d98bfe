package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A user of this machine with sub-ids and no rights, as whom a test that is root runs Java programs. */
final class OrdinaryUser {

    private static final String NAME = "kiln-user-mode";
    private static String classPath = "";

    private OrdinaryUser() {}

    /** How a program ended, and what it printed. */
    record Said(int status, String text) {}

    /** A directory of the user's own, below one that others may enter then. */
    static Path directory(Path parent) throws IOException {
        if (run(List.of("id", NAME)).status() != 0) {
            assertThat(run(List.of("useradd", "--system", "--add-subids-for-system", NAME))
                            .text())
                    .isEmpty();
        }
        open(parent);
        var work = Files.createDirectory(parent.resolve("work"));
        assertThat(run(List.of("chown", NAME, work.toString())).text()).isEmpty();
        return work;
    }

    /** A file that the user may read, in a directory of {@link #directory}. */
    static String given(Path file, Path work) throws IOException {
        var given = work.resolveSibling("given-" + file.getFileName());
        assertThat(run(List.of("cp", "--sparse=always", file.toString(), given.toString()))
                        .text())
                .isEmpty();
        Files.setPosixFilePermissions(given, PosixFilePermissions.fromString("rw-r--r--"));
        return given.toString();
    }

    /** Runs a class as the user. */
    static Said run(Class<?> main, String... arguments) throws IOException {
        return run(command(main, arguments));
    }

    /** Begins to. */
    static Process start(Class<?> main, Path said, String... arguments) throws IOException {
        return new ProcessBuilder(command(main, arguments))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
    }

    private static List<String> command(Class<?> main, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("setpriv", "--reuid", NAME, "--regid", NAME));
        command.addAll(List.of("--clear-groups", "--reset-env"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-cp", copiedClassPath(), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Lets others into a directory. */
    static void open(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** The class path lies below directories that only root may enter. */
    private static synchronized String copiedClassPath() throws IOException {
        if (!classPath.isEmpty()) {
            return classPath;
        }
        var copies = Files.createTempDirectory("kiln-classes");
        open(copies);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(copies)));
        var paths = new ArrayList<String>();
        for (var entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (entry.isEmpty() || !Files.exists(Path.of(entry))) {
                continue;
            }
            var copy = copies.resolve(paths.size() + "-" + Path.of(entry).getFileName());
            copy(Path.of(entry), copy);
            paths.add(copy.toString());
        }
        classPath = String.join(File.pathSeparator, paths);
        return classPath;
    }

    private static void copy(Path entry, Path copy) throws IOException {
        if (Files.isRegularFile(entry)) {
            try {
                Files.createLink(copy, entry);
                return;
            } catch (FileSystemException e) {
                // It lies on another file system.
            }
        }
        assertThat(run(List.of("cp", "-r", entry.toString(), copy.toString())).text())
                .isEmpty();
    }

    private static void remove(Path directory) {
        try {
            run(List.of("rm", "-r", directory.toString()));
        } catch (IOException e) {
            System.err.println("not removed: " + directory + ", " + e);
        }
    }

    private static Said run(List<String> command) throws IOException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return new Said(process.exitValue(), text);
    }
}
