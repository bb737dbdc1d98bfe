package dev.kiln.bench;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/** What people see while it is measured. */
public final class Screen {

    private final PrintStream out;
    private final long begun = System.nanoTime();

    Screen(PrintStream out) {
        this.out = out;
    }

    /** A line with the time since the beginning. */
    public synchronized void say(String line) {
        out.printf("%5d s  %s%n", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun), line);
        out.flush();
    }

    /** Text as it is. */
    void print(String text) {
        out.println(text);
    }
}
