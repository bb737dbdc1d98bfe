package dev.kiln.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The directories that tests and their servers use, removed when the JVM ends. */
public final class TestDirectories {

    private static final Logger LOG = LoggerFactory.getLogger(TestDirectories.class);
    private static final Deque<AutoCloseable> CLOSED_AT_EXIT = new ArrayDeque<>();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(TestDirectories::closeAll, "test-servers"));
    }

    private TestDirectories() {}

    /** A new empty directory of this name in another new one; both are removed when the JVM ends. */
    public static Path create(String name) throws IOException {
        var parent = Files.createTempDirectory("kiln-test-");
        closeAtExit(() -> delete(parent));
        return Files.createDirectory(parent.resolve(name));
    }

    /** Closes it when the JVM ends, in reverse order of registration. */
    static void closeAtExit(AutoCloseable closed) {
        synchronized (CLOSED_AT_EXIT) {
            CLOSED_AT_EXIT.push(closed);
        }
    }

    private static void closeAll() {
        synchronized (CLOSED_AT_EXIT) {
            CLOSED_AT_EXIT.forEach(TestDirectories::close);
        }
    }

    private static void close(AutoCloseable closed) {
        try {
            closed.close();
        } catch (Exception e) {
            LOG.warn("{} was not closed", closed, e);
        }
    }

    private static void delete(Path tree) throws IOException {
        try (var paths = Files.walk(tree)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
