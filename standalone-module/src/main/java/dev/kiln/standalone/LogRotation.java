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
 * Limits the size of logs that other processes append to: a log that has grown too long is compressed into a copy
 * beside it and truncated, and its process goes on at the beginning. A line written in between is lost.
 */
final class LogRotation implements Closeable {

    /** As in logback-standalone.xml: maximum bytes of a log, and number of older ones kept. */
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

    /** Watches these logs from now on; they need not exist yet. */
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

    /** Moves the log's content to a copy, if it is longer than this number of bytes. */
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

    /** The name of an older log: {@code worker-1.2.log.gz} for {@code worker-1.log}. */
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
