package dev.kiln.standalone;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;

/**
 * Keeps logs bounded that other processes append to: one that has grown too long is copied, compressed, beside itself
 * and then emptied, and its process goes on at the beginning. A line that is written between the two is lost.
 */
final class LogRotation implements Closeable {

    /** As in logback-standalone.xml: bytes of a log, and how many older ones stay. */
    private static final long LONGEST = 20_000_000;

    private static final int KEPT = 5;
    private static final long SECONDS_BETWEEN_LOOKS = 60;

    private final List<Path> logs;
    private final Console console;
    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(LogRotation::thread);

    private LogRotation(List<Path> logs, Console console) {
        this.logs = logs;
        this.console = console;
    }

    /** Looks after these logs from now on, which need not be there yet. */
    static LogRotation of(List<Path> logs, Console console) {
        var rotation = new LogRotation(logs, console);
        var unused = rotation.looks.scheduleWithFixedDelay(rotation::look, 0, SECONDS_BETWEEN_LOOKS, TimeUnit.SECONDS);
        return rotation;
    }

    private void look() {
        for (var log : logs) {
            try {
                rotate(log, LONGEST);
            } catch (IOException e) {
                console.say("  ! the log " + log + " could not be made shorter: " + e.getMessage());
            }
        }
    }

    /** Puts away what the log holds, if that is more than so many bytes. */
    static void rotate(Path log, long longest) throws IOException {
        if (!Files.exists(log) || Files.size(log) <= longest) {
            return;
        }
        var partial = log.resolveSibling(log.getFileName() + ".new");
        try (var channel = FileChannel.open(log, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            try (var compressed = new GZIPOutputStream(Files.newOutputStream(partial))) {
                Files.copy(log, compressed);
            }
            for (var number = KEPT - 1; number >= 1; number--) {
                if (Files.exists(older(log, number))) {
                    Files.move(older(log, number), older(log, number + 1), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            Files.move(partial, older(log, 1), StandardCopyOption.REPLACE_EXISTING);
            channel.truncate(0);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    /** {@code worker-1.2.log.gz} of {@code worker-1.log}. */
    static Path older(Path log, int number) {
        var name = log.getFileName().toString();
        return log.resolveSibling(name.substring(0, name.length() - ".log".length()) + "." + number + ".log.gz");
    }

    @Override
    public void close() {
        looks.shutdownNow();
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "log-rotation");
        thread.setDaemon(true);
        return thread;
    }
}
