package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is asked and is no Kiln is named, with what to do. */
class EndpointTest {

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @Test
    void aServerThatIsNotThere() throws IOException {
        server.close();

        assertThat(run("http", "call", "DescribeRegions")).isEqualTo(1);
        assertThat(said()).contains("no server answers at http://127.0.0.1:").contains("./kiln up");
        assertThat(run("http", "logs", "-f", "exec-1")).isEqualTo(1);
        assertThat(run("http", "follow", "exec-1")).isEqualTo(1);
    }

    @Test
    void anotherServer() throws Exception {
        var answering = answering("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        assertThat(run("http", "call", "DescribeRegions")).isEqualTo(1);
        answering.join();
        assertThat(said()).contains("refused: http://127.0.0.1:").contains(" answered with HTTP status 404");
    }

    @Test
    void aServerWithoutTls() throws Exception {
        var answering = answering("HTTP/1.1 400 \r\n\r\n");

        assertThat(run("https", "call", "DescribeRegions")).isEqualTo(1);
        answering.join();
        assertThat(said())
                .contains("no trusted connection to https://127.0.0.1:")
                .contains(
                        "what answers there does not speak TLS; if it speaks http, set KILN_ENDPOINT=http://127.0.0.1:"
                                + server.getLocalPort());
    }

    @Test
    void halfAKey() {
        var said = new PrintStream(err, true, StandardCharsets.UTF_8);
        var here = new Surroundings(Map.of("KILN_ACCESS_KEY_ID", "id"), directory);

        assertThat(Main.run(List.of("images"), here, said, said)).isEqualTo(2);
        assertThat(said()).contains("set both of KILN_ACCESS_KEY_ID and KILN_ACCESS_KEY_SECRET, or neither");
    }

    private Thread answering(String answer) {
        var thread = new Thread(() -> {
            try (var guest = server.accept()) {
                assertThat(guest.getInputStream().read(new byte[10_000])).isPositive();
                guest.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        thread.start();
        return thread;
    }

    private int run(String scheme, String... words) {
        var environment = Map.of(
                "KILN_ENDPOINT", scheme + "://127.0.0.1:" + server.getLocalPort(),
                "KILN_ACCESS_KEY_ID", "id",
                "KILN_ACCESS_KEY_SECRET", "secret");
        var said = new PrintStream(err, true, StandardCharsets.UTF_8);
        return Main.run(List.of(words), new Surroundings(environment, directory), said, said);
    }

    private String said() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
