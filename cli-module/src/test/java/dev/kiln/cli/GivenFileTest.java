package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that commands read: what is wrong with one is said, and no other value is sent for it. */
class GivenFileTest {

    private static final byte[] LATIN = "pött".getBytes(StandardCharsets.ISO_8859_1);

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
    void anotherEncodingIsNoValueOfAParameter() throws IOException {
        var file = Files.write(directory.resolve("token"), LATIN);

        refused(
                file + " is not text in UTF-8 (byte 2); the value of parameter TOKEN is text",
                "start",
                "ip-aaaaaaaaaaaaaaaaaaaa",
                "--param-file",
                "TOKEN=" + file);
    }

    @Test
    void anotherEncodingIsNoPolicyAndNoTemplate() throws IOException {
        var file = Files.write(directory.resolve("latin"), LATIN);
        var why = file + " is not text in UTF-8 (byte 2); save it in UTF-8";

        refused(why, "key", "create", "--policy", file.toString());
        refused(why, "key", "temporary", "--policy", file.toString());
        refused(why, "template", "create", "-f", file.toString());
        // A character that the end of the file cuts.
        Files.write(file, new byte[] {'a', (byte) 0xC3});
        refused("latin is not text in UTF-8 (byte 2)", "key", "create", "--policy", file.toString());
    }

    @Test
    void textInUtf8IsReadAsItIs() throws IOException {
        var file = Files.writeString(directory.resolve("policy"), "pött 😀\r\n");

        assertThat(server.run("key", "create", "--policy", file.toString())).isZero();
        assertThat(server.body()).isEqualTo("{\"policy\":\"pött 😀\\r\\n\"}");
    }

    @Test
    void aRootKeyThatCannotBeReadIsNamedAndNotShown() throws IOException {
        server.environment.remove("KILN_ACCESS_KEY_ID");
        server.environment.remove("KILN_ACCESS_KEY_SECRET");
        var file = Files.createDirectory(directory.resolve("data")).resolve("root-key");

        Files.writeString(file, "KILN_ACCESS_KEY_ID=a\nKILN_ACCESS_KEY_SECRET=hidden\\u12\n");
        refused(file + " has a \\u without four hexadecimal digits behind it; restore it, or delete it", "images");
        Files.write(file, LATIN);
        refused(file + " is not text in UTF-8 (byte 2); restore it, or delete it", "images");
        assertThat(server.said()).doesNotContain("hidden");
    }

    @Test
    void aKeyWithALineEndIsNamedAndNotShown() {
        for (var variable : List.of("KILN_ACCESS_KEY_ID", "KILN_SECURITY_TOKEN")) {
            server.environment.put(variable, "hidden\nX-Other: 1");
            refused(variable + " has a space, a line end or another character that no key has; copy it anew", "images");
            assertThat(server.said()).doesNotContain("hidden");
            server.environment.put("KILN_ACCESS_KEY_ID", "id");
        }
    }

    @Test
    void aPipeIsNoFileOfATemplateAndSaidToBeThere() throws Exception {
        var pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        var why = " is not a regular file; save its contents to one and name that";

        refused(pipe + why, "template", "create", "-f", pipe.toString());
        refused(pipe + why, "rest", "PUT", "/api/v1/x", "-f", pipe.toString());
        refused("/dev/null" + why, "template", "create", "-f", "/dev/null");
        refused(directory + " is a directory; name a file", "template", "create", "-f", directory.toString());
        refused("there is no file \"nowhere.yaml\"", "template", "create", "-f", "nowhere.yaml");
    }

    private void refused(String why, String... words) {
        assertThat(server.run(words)).as(server.said()).isEqualTo(2);
        assertThat(server.said()).startsWith("kiln: ").contains(why).hasLineCount(1);
        assertThat(server.asked).isEmpty();
    }
}
