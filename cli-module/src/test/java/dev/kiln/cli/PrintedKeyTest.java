package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new key is printed as lines of a shell that make it the key of the next commands. */
class PrintedKeyTest {

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
    void aShellThatGetsWhatIsPrintedHasTheKey() throws Exception {
        var account = "{\"accountId\":\"7\",\"accessKeyId\":\"AK\",\"accessKeySecret\":\"a/b+c=\"}";
        server.answer("/api/v1/accounts", 200, account);
        server.answer("/api/v1/keys", 200, account);
        server.answer("/api/v1/temporary-keys", 200, """
                {"accessKeyId":"STS.1","accessKeySecret":"S","securityToken":"t/o+k==","expiration":"2024-01-01T00:15:00Z"}""");

        assertThat(server.run("account", "create", "--name", "team")).isZero();
        assertThat(server.printed()).contains("export KILN_ACCESS_KEY_SECRET=a/b+c=\n");
        assertThat(pasted()).isEqualTo("AK|a/b+c=|");
        assertThat(server.run("key", "create")).isZero();
        assertThat(pasted()).isEqualTo("AK|a/b+c=|");
        assertThat(server.run("key", "temporary")).isZero();
        assertThat(pasted()).isEqualTo("STS.1|S|t/o+k==");
    }

    @Test
    void noCharacterOfAnAnswerIsACommand() throws Exception {
        server.answer("/api/v1/keys", 200, """
                {"accountId":"7\\necho no","accessKeyId":"a b;echo no","accessKeySecret":"it's $(echo no)"}""");

        assertThat(server.run("key", "create")).isZero();

        assertThat(pasted()).isEqualTo("a b;echo no|it's $(echo no)|");
    }

    private String pasted() throws Exception {
        var show = "\nprintf %s \"$KILN_ACCESS_KEY_ID|$KILN_ACCESS_KEY_SECRET|$KILN_SECURITY_TOKEN\"";
        var shell = new ProcessBuilder("sh", "-c", server.printed() + show).redirectErrorStream(true);
        shell.environment().keySet().removeIf(name -> name.startsWith("KILN_"));
        return new String(shell.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
