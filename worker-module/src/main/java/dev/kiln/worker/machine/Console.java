package dev.kiln.worker.machine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The console of a machine: passes its lines on as they appear, keeps the last ones, and notices when they say that the
 * machine will not come up.
 */
public final class Console {

    private static final int KEPT_LINES = 25;
    private static final int LONGEST_LINE = 1000;
    // A boot prints about 50,000 characters. A flood on the console must not use up the commands' log.
    private static final int MOST_CHARACTERS = 1 << 20;
    private static final Pattern ESCAPES = Pattern.compile("\033(\\[[0-9;?]*[ -/]*[@-~]|[()][0-9A-B]|[=>78cM])");
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cntrl}&&[^\t]]");
    private static final Pattern PANIC = Pattern.compile("Kernel panic - not syncing(: .*)?");

    private record Sign(Pattern text, String meaning) {}

    private static final List<Sign> SIGNS = List.of(
            new Sign(Pattern.compile("You are in (emergency|rescue) mode"), "the system is in emergency mode"),
            new Sign(Pattern.compile("^Entering emergency mode"), "the initramfs is in emergency mode"),
            new Sign(Pattern.compile("^\\(initramfs\\) "), "the initramfs did not find the root file system"),
            new Sign(Pattern.compile("^grub( rescue)?> "), "the boot loader GRUB found no kernel to start"),
            new Sign(
                    Pattern.compile(
                            "^(No bootable device|Boot failed: not a bootable disk)|No bootable option or device"),
                    "the firmware found nothing to boot on the disk"));

    private final Consumer<String> lines;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final Deque<String> last = new ArrayDeque<>();
    private int characters;
    private Optional<String> trouble = Optional.empty();
    private Optional<String> panic = Optional.empty();
    private long taken;

    /** @param lines gets each line without its end, in the thread that delivers the console's bytes */
    public Console(Consumer<String> lines) {
        this.lines = lines;
    }

    /** Takes the next bytes of the console. */
    public synchronized void take(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n' || line.size() >= LONGEST_LINE) {
                end();
            }
            if (bytes[i] != '\n') {
                line.write(bytes[i]);
            }
        }
        taken += length;
        look(text()); // a prompt has no line end
    }

    private void end() {
        var text = text();
        line.reset();
        look(text);
        lookForPanic(text);
        if (text.isBlank()) {
            return;
        }
        if (last.size() == KEPT_LINES) {
            last.removeFirst();
        }
        last.addLast(text);
        characters += text.length();
        if (characters < MOST_CHARACTERS) {
            lines.accept(text);
        } else if (characters - text.length() < MOST_CHARACTERS) {
            lines.accept("(there is more; it is not shown)");
        }
    }

    private String text() {
        var text = ESCAPES.matcher(line.toString(StandardCharsets.UTF_8)).replaceAll("");
        return CONTROLS.matcher(text).replaceAll("");
    }

    private void look(String text) {
        if (trouble.isEmpty()) {
            trouble = SIGNS.stream()
                    .filter(sign -> sign.text().matcher(text).find())
                    .map(Sign::meaning)
                    .findFirst();
        }
    }

    private void lookForPanic(String text) {
        var end = PANIC.matcher(text);
        if (panic.isEmpty() && end.find()) {
            panic = Optional.of("the kernel panicked" + Objects.requireNonNullElse(end.group(1), ""));
        }
    }

    /** The console's message that the boot has failed or is failing. */
    public synchronized Optional<String> trouble() {
        return panic.or(() -> trouble);
    }

    /**
     * The reason for a kernel panic, which can come long after the boot. Kept because its trace can push the reason out
     * of the tail.
     */
    public synchronized Optional<String> panic() {
        return panic;
    }

    /** Waits until it prints nothing more, for a limited time. */
    void settle() throws InterruptedException {
        long taken = -1;
        for (int looks = 0; looks < 10 && taken != taken(); looks++) {
            taken = taken();
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    private synchronized long taken() {
        return taken;
    }

    /** The last lines, or a note that there are none. */
    public synchronized String tail() {
        var rest = text();
        if (last.isEmpty() && rest.isBlank()) {
            return "its console is empty: does the kernel's command line say console=ttyS0?";
        }
        return "last lines of its console:\n" + String.join("\n", last) + (rest.isBlank() ? "" : "\n" + rest);
    }
}
