package dev.kiln.standalone;

import java.io.PrintStream;
import java.nio.file.FileSystemException;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** The output for people: short lines, with the seconds that each step took. */
final class Console {

    private final PrintStream out;

    Console(PrintStream out) {
        this.out = out;
    }

    void say(String line) {
        out.println(line);
        out.flush();
    }

    /** Prints a step that is done, or a fact. */
    void tick(String line) {
        say("  ✓ " + line);
    }

    /** Runs the step, then prints that it is done and how long it took. */
    <T> T timed(String done, Callable<T> step) throws Exception {
        var begun = System.nanoTime();
        var result = step.call();
        tick(done + "  (" + since(begun) + ")");
        return result;
    }

    /** What went wrong, for people; the file system's exceptions have only a path as their message. */
    static String reason(Exception e) {
        return e instanceof FileSystemException
                ? e.getClass().getSimpleName().replace("Exception", "") + ": " + e.getMessage()
                : String.valueOf(e.getMessage());
    }

    /** The seconds since a time of {@link System#nanoTime()}, for example {@code 1.4 s}. */
    static String since(long nanoTime) {
        var millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanoTime);
        return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }
}
