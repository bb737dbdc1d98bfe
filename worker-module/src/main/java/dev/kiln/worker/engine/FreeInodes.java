package dev.kiln.worker.engine;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * How many more files a directory's file system can hold, where it has a limit. Java has no call for it, and running a
 * program at each look of each build would cost more than the commands do: all builds share one answer for a while.
 */
final class FreeInodes {

    private static final Duration FRESH = Duration.ofSeconds(5);
    private static final Pattern COUNTS = Pattern.compile("([0-9]{1,18}) ([0-9]{1,18})");
    private static final Map<Path, FreeInodes> BY_DIRECTORY = new ConcurrentHashMap<>();

    private final Path directory;
    private long all;
    private long free;
    private long asked = System.nanoTime() - FRESH.toNanos();

    private FreeInodes(Path directory) {
        this.directory = directory;
    }

    static FreeInodes of(Path directory) {
        return BY_DIRECTORY.computeIfAbsent(directory, FreeInodes::new);
    }

    /** How many inodes are missing to this many, or to a twentieth of all if less; 0 where there is no limit. */
    synchronized long missing(long wanted) {
        if (System.nanoTime() - asked >= FRESH.toNanos()) {
            asked = System.nanoTime();
            ask();
        }
        return all == 0 ? 0 : Math.max(0, Math.min(wanted, all / 20) - free);
    }

    private void ask() {
        var said = HostProgram.output(List.of("stat", "--file-system", "--format=%c %d", directory.toString()));
        var counts = COUNTS.matcher(said.orElse("").strip());
        boolean known = counts.matches();
        all = known ? Long.parseLong(counts.group(1)) : 0;
        free = known ? Long.parseLong(counts.group(2)) : 0;
    }
}
