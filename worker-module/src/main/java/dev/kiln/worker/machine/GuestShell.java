package dev.kiln.worker.machine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * This worker's side of the shell that waits in a machine (guest.sh). It has three ports: one for questions and
 * answers, and two for the input and output of commands.
 */
public final class GuestShell implements AutoCloseable {

    private static final int LONGEST_ANSWER = 1000;
    private static final int LOOK_MILLIS = 50;

    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>(100);
    private final ByteArrayOutputStream answer = new ByteArrayOutputStream();
    private final OutputUntilMark out;
    private final OutputUntilMark errors;
    private final MachinePort control;
    private final MachinePort outPort;
    private final MachinePort errorPort;

    /** Takes what a command prints. */
    @FunctionalInterface
    public interface Output {
        void take(byte[] bytes, int length) throws IOException;
    }

    /** Called many times a second while waiting; throws to end the wait. */
    @FunctionalInterface
    public interface Look<E extends Exception> {
        void look() throws E, IOException, InterruptedException;
    }

    /** Opens the ports in a directory. Output that appears between commands goes to {@code between}. */
    public GuestShell(Path directory, Output between) throws IOException {
        this.out = new OutputUntilMark(between);
        this.errors = new OutputUntilMark(between);
        this.control = new MachinePort(directory, "control", this::hear);
        this.outPort = new MachinePort(directory, "out", out);
        this.errorPort = new MachinePort(directory, "errors", errors);
    }

    private void hear(byte[] bytes, int length) throws IOException {
        for (int i = 0; i < length; i++) {
            if (bytes[i] != '\n') {
                answer.write(bytes[i]);
            } else if (!answers.offer(answer.toString(StandardCharsets.UTF_8))) {
                throw new IOException("the machine gives answers without having been asked");
            } else {
                answer.reset();
            }
            if (answer.size() > LONGEST_ANSWER) {
                throw new IOException("the machine gives an answer that has no end");
            }
        }
    }

    /** Whether the shell reports within this time that it is there; asked until it has. */
    boolean isThere(Duration time) throws IOException, InterruptedException {
        control.check();
        return "hello".equals(answers.poll(time.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** The system's state and the state of multi-user; empty when it does not answer now. */
    Optional<String> state(Duration time) throws IOException, InterruptedException {
        answers.clear(); // late answers
        send("state\n");
        var given = answers.poll(time.toMillis(), TimeUnit.MILLISECONDS);
        control.check();
        return Optional.ofNullable(given)
                .filter(text -> text.matches("state [a-z]+ [a-z]+"))
                .map(text -> text.substring("state ".length()));
    }

    /**
     * Runs a script as root, with the file, if there is one, as its standard input; returns its exit status. All its
     * output until then has been passed on.
     */
    public <E extends Exception> int run(
            String script, @Nullable Path input, Output stdout, Output stderr, Look<E> look)
            throws E, IOException, InterruptedException {
        var mark = OutputUntilMark.newMark();
        out.begin(mark, stdout);
        errors.begin(mark, stderr);
        var text = ByteBuffer.wrap(script.getBytes(StandardCharsets.UTF_8));
        try (var file = input == null ? null : FileChannel.open(input, StandardOpenOption.READ)) {
            send("run " + mark + " " + text.remaining() + " " + (file == null ? 0 : file.size()) + "\n");
            outPort.send(text);
            if (file != null) {
                send(file, look);
            }
        }
        String given = null;
        while (given == null || !out.hasEnded() || !errors.hasEnded()) {
            look.look();
            control.check();
            outPort.check();
            errorPort.check();
            var next = answers.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            given = next != null && next.startsWith("done " + mark + " ") ? next : given;
        }
        return status(given);
    }

    private <E extends Exception> void send(FileChannel file, Look<E> look)
            throws E, IOException, InterruptedException {
        var buffer = ByteBuffer.allocate(64 << 10);
        while (file.read(buffer) >= 0) {
            errorPort.send(buffer.flip());
            buffer.clear();
            look.look();
        }
    }

    private static int status(String answer) throws IOException {
        try {
            return Integer.parseInt(answer.substring(answer.lastIndexOf(' ') + 1));
        } catch (NumberFormatException e) {
            throw new IOException("the machine gives \"" + answer + "\" as an exit status", e);
        }
    }

    private void send(String line) throws IOException, InterruptedException {
        control.send(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void close() throws IOException {
        try (control;
                outPort;
                errorPort) {
            answers.clear();
        }
    }
}
