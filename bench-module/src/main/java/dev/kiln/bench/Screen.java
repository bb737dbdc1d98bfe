package dev.kiln.bench;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/** The output for people during a run. */
public final class Screen {

    private final PrintStream out;
    private final long begun = System.nanoTime();

    Screen(PrintStream out) {
        this.out = out;
    }

    /** Prints a line with the time since the beginning. */
    public synchronized void say(String line) {
        out.printf("%5d s  %s%n", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun), line);
        out.flush();
    }

    /** Prints text unchanged. */
    void print(String text) {
        out.println(text);
    }
}
