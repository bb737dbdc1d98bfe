package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said when something is refused, where the way on is to be found, and with which status. */
class RefusalsTest {

    @TempDir
    private Path directory;

    private AnsweringServer server;

    @BeforeEach
    void start() throws IOException {
        server = new AnsweringServer(directory);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aWrongSecretIsToldWithoutWhatWasSigned() {
        for (var told : new String[] {
            "is not matched with our calculation. server string to sign is:%s",
            "does not match our calculation. server StringToSign is [%s]"
        }) {
            var message = "Specified signature " + told.formatted("ACS3-HMAC-SHA256\\ndbc4d7");
            server.answer(
                    "DescribeImages", 400, "{\"Code\":\"SignatureDoesNotMatch\",\"Message\":\"" + message + "\"}");

            assertThat(server.run("images")).isEqualTo(1);
            assertThat(server.said())
                    .contains("our calculation. → check KILN_ACCESS_KEY_SECRET")
                    .doesNotContain("dbc4d7");
        }
    }
}
