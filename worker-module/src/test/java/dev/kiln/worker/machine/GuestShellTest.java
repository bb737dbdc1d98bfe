package dev.kiln.worker.machine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worker's side of the ports, with a machine that is played by the test. */
class GuestShellTest {

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream between = new ByteArrayOutputStream();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private GuestShell shell;
    private SocketChannel control;
    private SocketChannel out;
    private SocketChannel errors;

    @BeforeEach
    void connect() throws IOException {
        shell = new GuestShell(directory, (bytes, length) -> between.write(bytes, 0, length));
        control = connected(directory, "control");
        out = connected(directory, "out");
        errors = connected(directory, "errors");
    }

    private static SocketChannel connected(Path directory, String port) throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve(port)));
    }

    @AfterEach
    void close() throws IOException {
        shell.close();
        control.close();
        out.close();
        errors.close();
    }

    private static void say(SocketChannel port, String text) throws IOException {
        port.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
    }

    private static String hear(SocketChannel port, int length) throws IOException {
        var bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && port.read(bytes) >= 0) {}
        return new String(bytes.array(), 0, bytes.position(), UTF_8);
    }

    private String question() throws IOException {
        var line = new StringBuilder();
        for (var next = hear(control, 1); !next.equals("\n"); next = hear(control, 1)) {
            line.append(next);
        }
        return line.toString();
    }

    private CompletableFuture<Integer> run(String script, @Nullable Path input) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                GuestShell.Output output = (bytes, length) -> printed.write(bytes, 0, length);
                GuestShell.Look<IOException> look = () -> {};
                return shell.run(script, input, output, output, look);
            } catch (IOException | InterruptedException e) {
                throw new CompletionException(e);
            }
        });
    }

    @Test
    void outputIsPassedOnUpToItsMarkAndTheExitStatusIsTold() throws Exception {
        say(control, "hello\n");
        assertThat(shell.isThere(Duration.ofSeconds(10))).isTrue();
        var input = Files.writeString(directory.resolve("file"), "what it reads");
        var status = run("cat; exit 3", input);
        var asked = question().split(" ", -1);
        assertThat(asked).hasSize(4).startsWith("run").endsWith("11", "13");
        assertThat(hear(out, 11)).isEqualTo("cat; exit 3");
        assertThat(hear(errors, 13)).isEqualTo("what it reads");
        var mark = asked[1];
        // The beginning of a mark, which is none, and a mark in two parts.
        say(out, "one\n" + mark.substring(0, 9) + "two\n" + mark.substring(0, 5));
        say(control, "done " + mark + " 3\n");
        say(errors, mark);
        say(out, mark.substring(5) + "a daemon's\n");
        assertThat(status.get()).isEqualTo(3);
        assertThat(printed.toString(UTF_8)).isEqualTo("one\n" + mark.substring(0, 9) + "two\n");
        assertThat(between.toString(UTF_8)).isIn("", "a daemon's\n");
    }

    @Test
    void machineThatAnswersWithoutEndIsGivenUp() throws Exception {
        var status = run("true", null);
        question();
        say(control, "x".repeat(2000));
        assertThatThrownBy(status::get).hasRootCauseMessage("the machine gives an answer that has no end");
    }

    @Test
    void machineThatAnswersUnaskedIsGivenUp() throws Exception {
        say(control, "state running active\n".repeat(200));
        var status = run("true", null);
        assertThatThrownBy(status::get).hasRootCauseMessage("the machine gives answers without having been asked");
    }

    @Test
    void stateThatIsNoneIsNoAnswer() throws Exception {
        say(control, "hello\n");
        assertThat(shell.isThere(Duration.ofSeconds(10))).isTrue();
        var state = CompletableFuture.supplyAsync(() -> {
            try {
                return shell.state(Duration.ofSeconds(10));
            } catch (IOException | InterruptedException e) {
                throw new CompletionException(e);
            }
        });
        assertThat(question()).isEqualTo("state");
        say(control, "state $(rm -rf /)\n");
        assertThat(state.get()).isEmpty();
    }

    @Test
    void portsInADeepDirectoryCanBeConnectedTo() throws Exception {
        var deep = Files.createDirectories(directory.resolve("d".repeat(60)).resolve("e".repeat(60)));
        try (var port = new MachinePort(deep, "control", (bytes, length) -> {})) {
            assertThat(deep.resolve("control")).exists();
            port.check();
        }
    }
}
