package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A download replaces files alone. */
class DownloadFileTest {

    @TempDir
    private Path directory;

    private AnsweringServer server;

    @BeforeEach
    void start() throws IOException {
        server = new AnsweringServer(directory);
        server.answer("/api/v1/images/m-1/content", 200, "clay");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aSymbolicLinkStaysAndLeadsToTheImage() throws IOException {
        var file = Files.writeString(
                Files.createDirectory(directory.resolve("images")).resolve("golden.tar"), "old");
        var link = Files.createSymbolicLink(directory.resolve("newest.tar"), Path.of("images/golden.tar"));

        assertThat(download(link)).as(server.said()).isZero();

        assertThat(link).isSymbolicLink();
        assertThat(file).hasContent("clay");
    }

    @Test
    void aLinkToNothingIsRefused() throws IOException {
        var link = Files.createSymbolicLink(directory.resolve("newest.tar"), Path.of("nothing"));

        refused(link, link + " is a symbolic link that leads to no file; remove it, or name a file");
        assertThat(link).isSymbolicLink();
    }

    @Test
    void whatIsNoFileStaysWhatItIs() throws Exception {
        var pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        var link = Files.createSymbolicLink(directory.resolve("link"), pipe);

        refused(pipe, pipe + " is not a regular file and would be replaced by one; name a file");
        refused(link, pipe.toRealPath() + " is not a regular file");
        assertThat(Files.isRegularFile(pipe)).isFalse();
        assertThat(link).isSymbolicLink();
    }

    @Test
    void whatIsKeptMeanwhileFollowsNoLink() throws IOException {
        var other = Files.writeString(directory.resolve("other"), "other");
        Files.createSymbolicLink(directory.resolve("golden.tar.part"), other);

        refused(directory.resolve("golden.tar"), "golden.tar.part is not a regular file");
        assertThat(other).hasContent("other");
    }

    @Test
    void aDirectoryThatIsNotThereIsNamed() throws IOException {
        var missing = directory.resolve("nodir");
        refused(missing.resolve("out.tar"), "there is no directory " + missing + " for out.tar; make it");
        Files.createFile(missing);
        refused(missing.resolve("out.tar"), missing + " is not a directory for out.tar");
        refused(Path.of(""), "\"\" is a directory");
    }

    @Test
    void whatTheSystemRefusesIsSaidInWords() {
        assertThat(Main.reason(new AccessDeniedException("/x/out.tar.part")))
                .isEqualTo("this user may not read or write /x/out.tar.part; name another file, or ask its owner");
        assertThat(Main.reason(new NoSuchFileException("/x/base.tar"))).isEqualTo("there is no file /x/base.tar");
    }

    private void refused(Path file, String why) {
        assertThat(download(file)).as(server.said()).isEqualTo(2);
        assertThat(server.said()).startsWith("kiln: ").contains(why).hasLineCount(1);
        assertThat(server.asked).isEmpty();
    }

    private int download(Path file) {
        return server.run("image", "download", "m-1", file.toString());
    }
}
