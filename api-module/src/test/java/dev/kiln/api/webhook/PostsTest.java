package dev.kiln.api.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a message finds its receiver, and what counts as the answer. */
@Timeout(60)
class PostsTest {

    private static final String TAKEN = "HTTP/1.1 204 No Content\r\n\r\n";

    @Test
    void whereOneAddressOfAHostCannotBeReachedTheNextOneIsTried() throws IOException {
        // No connection leads to a group: the system says so in another way than of a port that nobody listens at.
        var group = InetAddress.getByName("224.0.0.1");

        assertThat(sent(TAKEN, List.of(group, InetAddress.getLoopbackAddress())))
                .isEqualTo(204);
    }

    @Test
    void anInterimAnswerIsNotTheAnswer() throws IOException {
        var hint = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n";

        assertThat(sent("HTTP/1.1 100 Continue\r\n\r\n" + hint + TAKEN, List.of(InetAddress.getLoopbackAddress())))
                .isEqualTo(204);
    }

    private static int sent(String answer, List<InetAddress> addresses) throws IOException {
        try (var posts = new Posts();
                var receiver = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var thread = new Thread(() -> answer(receiver, answer), "receiver");
            thread.setDaemon(true);
            thread.start();
            var to = Destination.of("http://receiver.example:" + receiver.getLocalPort() + "/");
            return posts.send(to, addresses, Map.of(), "{}");
        }
    }

    private static void answer(ServerSocket receiver, String answer) {
        try (var socket = receiver.accept()) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            for (var line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                // Headers.
            }
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
