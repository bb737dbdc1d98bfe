package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
    void whatIsKeptMeanwhileIsNoFileOfTheUser() throws IOException {
        var other = Files.writeString(directory.resolve("other"), "other");
        var link = Files.createSymbolicLink(directory.resolve("golden.tar.part"), other);
        var own = Files.writeString(directory.resolve("silver.tar.part"), "own");

        assertThat(download(directory.resolve("golden.tar"))).as(server.said()).isZero();
        assertThat(download(directory.resolve("silver.tar"))).as(server.said()).isZero();

        assertThat(link).isSymbolicLink();
        assertThat(other).hasContent("other");
        assertThat(own).hasContent("own");
        assertThat(directory.resolve("golden.tar")).hasContent("clay");
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(5);
        }
    }

    @Test
    void twoDownloadsAtOnceIntoOneFileAreBothWhole() throws Exception {
        var image = "clay".repeat(16_384);
        server.answer("/api/v1/images/m-1/content", 200, image);
        var file = directory.resolve("golden.tar");
        var client = new Surroundings(server.environment, directory).client();
        var begun = new CountDownLatch(1);
        var opened = new CountDownLatch(1);
        var first = CompletableFuture.runAsync(() -> getting(client, file, (done, total) -> {
            begun.countDown();
            await(opened);
        }));
        await(begun);

        getting(client, file, new Progress() {
            @Override
            public OutputStream over(OutputStream out, long total) {
                opened.countDown();
                first.join();
                assertThat(file).hasContent(image);
                return out;
            }

            @Override
            public void at(long done, long total) {}
        });

        assertThat(file).hasContent(image);
        assertThat(directory).isDirectoryNotContaining("glob:**.part");
    }

    private static void getting(SignedClient client, Path file, Progress progress) {
        try {
            client.download("/api/v1/images/m-1/content", file, progress);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(CountDownLatch gate) {
        try {
            assertThat(gate.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
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
        assertThat(Main.reason(new NoSuchFileException("/x/base.tar")))
                .isEqualTo("/x/base.tar, or its directory, is not there any more");
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
