package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An upload may be refused before its end, and who sends it is told why. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RefusedUploadTest {

    private static final String REFUSAL = "{\"code\":\"NameInUse\",\"detail\":\"the name golden is taken\"}";

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private ServerSocket server;
    private volatile String answer = "";

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        var serving = new Thread(this::serve, "server");
        serving.setDaemon(true);
        serving.start();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void theRefusalIsShown() throws IOException {
        answer = answer("409 Conflict", REFUSAL);

        assertThat(send()).isEqualTo(1);

        assertThat(said).hasToString("kiln: refused: NameInUse: the name golden is taken\n");
    }

    @Test
    void whereNoneCanBeReadOneIsToldWhereToLook() throws IOException {
        assertThat(send()).isEqualTo(1);

        assertThat(said)
                .hasToString("kiln: the server ended the upload before its end; it may have refused it (name, region,"
                        + " quota, size): the server's log says why\n");
    }

    private int send() throws IOException {
        var file = directory.resolve("golden.tar");
        try (var large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(20_000_000);
        }
        var environment = Map.of(
                "KILN_ENDPOINT", "http://127.0.0.1:" + server.getLocalPort(),
                "KILN_ACCESS_KEY_ID", "id",
                "KILN_ACCESS_KEY_SECRET", "secret");
        var print = new PrintStream(said, true, StandardCharsets.UTF_8);
        return Main.run(
                List.of("image", "import", file.toString(), "--name", "golden"),
                new Surroundings(environment, directory),
                print,
                print);
    }

    private void serve() {
        try {
            while (true) {
                try (var connection = server.accept()) {
                    answer(connection);
                }
            }
        } catch (IOException e) {
            // The test has ended.
        }
    }

    /** Reads no body. */
    private void answer(Socket connection) throws IOException {
        var in = connection.getInputStream();
        var head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            head.append((char) in.read());
        }
        var upload = head.toString().startsWith("POST /api/v1/images");
        connection
                .getOutputStream()
                .write((upload ? answer : answer("200 OK", "{}")).getBytes(StandardCharsets.US_ASCII));
    }

    private static String answer(String status, String text) {
        return "HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: " + text.length() + "\r\n\r\n" + text;
    }
}
