package dev.kiln.worker.machine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The time from a machine's start until it reaches multi-user, or has failed to. */
public final class Boot {

    private static final Duration ASK_EVERY = Duration.ofMillis(500);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final Duration DIAGNOSIS = Duration.ofSeconds(20);
    private static final int LONGEST_DIAGNOSIS = 2000;
    private static final String FAILED_UNITS = "systemctl --failed --no-legend --plain --no-pager || true";
    private static final String WAITING_JOBS = "systemctl list-jobs --no-legend --no-pager; " + FAILED_UNITS;

    private final Console console;
    private final GuestShell shell;
    private final Duration limit;
    private final long begin = System.nanoTime();
    private String state = "unknown unknown";

    /** Starts the time. */
    public Boot(Console console, GuestShell shell, Duration limit) {
        this.console = console;
        this.shell = shell;
        this.limit = limit;
    }

    /**
     * How the system came up: its own word for its state, for example "running", or "degraded" with the units that
     * failed.
     *
     * @param units a line for each failed unit
     */
    public record Outcome(String state, String units, Duration took) {

        /** One or more lines for a log. */
        public String text() {
            var seconds = String.format(Locale.ROOT, "%.1f s", took.toMillis() / 1000.0);
            return "the machine is up after " + seconds + ", its system is " + state
                    + (units.isEmpty() ? "" : "; failed units:\n" + units);
        }
    }

    /**
     * Waits for the boot. {@code look} is called meanwhile and throws when the machine has ended or is no longer
     * wanted.
     */
    public <E extends Exception> Outcome await(GuestShell.Look<E> look)
            throws E, BootFailedException, IOException, InterruptedException {
        var isThere = false;
        while (System.nanoTime() - begin < limit.toNanos()) {
            look.look();
            var trouble = console.trouble();
            if (trouble.isPresent()) {
                console.settle();
                throw failed(trouble.get(), "");
            }
            isThere = isThere || shell.isThere(Duration.ofMillis(100));
            if (isThere && isUp()) {
                return outcome(look);
            }
        }
        throw tooLate(isThere, look);
    }

    private boolean isUp() throws BootFailedException, IOException, InterruptedException {
        var asked = System.nanoTime();
        state = shell.state(ANSWER).orElse(state);
        var target = state.substring(state.indexOf(' ') + 1);
        boolean settled = state.startsWith("running ") || state.startsWith("degraded ");
        if (settled && target.equals("active")) {
            return true;
        }
        if (settled && !target.equals("activating")) {
            throw failed("the system has started all it wants to, and multi-user.target is " + target, "");
        }
        if (state.startsWith("maintenance ") || state.startsWith("stopping ")) {
            throw failed("the system says that it is in the state \"" + state.split(" ", 2)[0] + "\"", "");
        }
        // In an emulated machine each question slows down the boot.
        TimeUnit.NANOSECONDS.sleep(ASK_EVERY.toNanos() - (System.nanoTime() - asked));
        return false;
    }

    private <E extends Exception> Outcome outcome(GuestShell.Look<E> look) throws E, IOException, InterruptedException {
        var took = Duration.ofNanos(System.nanoTime() - begin);
        var word = state.split(" ", 2)[0];
        return new Outcome(word, word.equals("degraded") ? said(FAILED_UNITS, look) : "", took);
    }

    private <E extends Exception> BootFailedException tooLate(boolean isThere, GuestShell.Look<E> look)
            throws E, IOException, InterruptedException {
        var reason = "the machine did not reach multi-user within " + limit.toSeconds()
                + " seconds; the operator can raise kiln.machine.boot-time";
        return isThere
                ? failed(reason, "its jobs and failed units:\n" + said(WAITING_JOBS, look) + "\n")
                : failed(reason, "");
    }

    private BootFailedException failed(String reason, String more) {
        return new BootFailedException(reason + "; " + more + console.tail());
    }

    /** The output of a command, up to a limit. */
    private <E extends Exception> String said(String command, GuestShell.Look<E> look)
            throws E, IOException, InterruptedException {
        var text = new ByteArrayOutputStream();
        GuestShell.Output output =
                (bytes, length) -> text.write(bytes, 0, Math.max(0, Math.min(length, LONGEST_DIAGNOSIS - text.size())));
        long end = System.nanoTime() + DIAGNOSIS.toNanos();
        shell.run(command, null, output, (bytes, length) -> {}, () -> {
            look.look();
            if (System.nanoTime() - end > 0) {
                throw new IOException("the machine does not answer");
            }
        });
        return text.toString(StandardCharsets.UTF_8).strip();
    }
}
