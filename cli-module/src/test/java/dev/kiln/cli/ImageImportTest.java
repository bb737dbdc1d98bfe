package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An import that cannot succeed ends before the file is read; in threads of their own, for a read hears no interrupt.
 */
class ImageImportTest {

    // Of nothing, and so many bytes of it that whoever reads them does not come back within the time of a test.
    private static final long ENDLESS = 1L << 38;

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

    private Path endless() throws IOException {
        var file = directory.resolve("endless.tar");
        try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(ENDLESS);
        }
        return file;
    }

    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void anOptionThatIsMissingIsSaidAtOnce() throws IOException {
        assertThat(server.run("image", "import", endless().toString())).isEqualTo(2);
        assertThat(server.said()).contains("option --name is missing");
        assertThat(server.asked).isEmpty();
    }

    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aServerThatIsNotThereIsSaidAtOnce() throws IOException {
        server.close();

        assertThat(server.run("image", "import", endless().toString(), "--name", "x"))
                .isEqualTo(1);
        assertThat(server.said()).contains("no server answers at http://127.0.0.1:");
    }

    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aKeyThatNobodyKnowsIsSaidAtOnce() throws IOException {
        server.answer("DescribeRegions", 404, "{\"Code\":\"InvalidAccessKeyId.NotFound\",\"Message\":\"unknown\"}");

        assertThat(server.run("image", "import", endless().toString(), "--name", "x"))
                .isEqualTo(1);
        assertThat(server.said()).contains("refused: InvalidAccessKeyId.NotFound: unknown");
        assertThat(server.asked).containsExactly("DescribeRegions");
    }

    @Test
    void aKeyThatMayImportAndNothingElseImports() throws IOException {
        var file = Files.writeString(directory.resolve("base.tar"), "clay");
        server.answer("DescribeRegions", 403, "{\"Code\":\"Forbidden.RAM\",\"Message\":\"no\"}");
        server.answer("/api/v1/images", 200, "{\"imageId\":\"m-1\"}");

        assertThat(server.run("image", "import", file.toString(), "--name", "x"))
                .as(server.said())
                .isZero();
        assertThat(server.printed()).isEqualTo("m-1\n");
        assertThat(server.body()).isEqualTo("clay");
    }
}
