package dev.kiln.faults.cluster;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Signals to processes by number. */
final class Signals {

    private Signals() {}

    /** Sends the signal, for example {@code STOP}; does nothing when the process is gone. */
    static void send(long pid, String signal) throws IOException {
        Programs.run("/bin/sh", "-c", "kill -" + signal + " " + pid + " 2>/dev/null || true");
    }

    /** Waits until the process is gone, for at most this many seconds. */
    static boolean awaitEnd(long pid, long seconds) throws InterruptedException {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
            if (System.nanoTime() > end) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return true;
    }
}
