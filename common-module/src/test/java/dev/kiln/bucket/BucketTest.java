package dev.kiln.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.region.RegionId;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BucketTest {

    @TempDir
    private Path directory;

    private Bucket bucket = new Bucket("none", new RegionId("cn-one"), Path.of("/nonexistent"), Set.of());

    @BeforeEach
    void begin() throws IOException {
        bucket = new Bucket(
                "bucket", new RegionId("cn-one"), Files.createDirectory(directory.resolve("bucket")), Set.of());
    }

    @Test
    void whatIsPutIsFoundWholeAndReplacesWhatWasThere() throws IOException {
        put("a/b/c", "first");
        put("a/b/c", "second");

        assertThat(bucket.find(new ObjectName("a/b/c"))).contains(6L);
        try (var bytes = bucket.open(new ObjectName("a/b/c"))) {
            assertThat(bytes).hasContent("second");
        }
        assertThat(bucket.directory().resolve("a/b")).isDirectoryNotContaining("glob:**.kiln-*");
    }

    /** As a network file system whose server is gone. */
    @Test
    @Timeout(30)
    void aDirectoryThatDoesNotAnswerIsNotWaitedForForEver() {
        var answers = new CountDownLatch(1);
        var hanging = (Path) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Path.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("resolve")) {
                        answers.await();
                    }
                    return method.invoke(directory, arguments);
                });
        var away = new Bucket("away", new RegionId("cn-one"), hanging, Set.of());
        try {
            assertThatThrownBy(() -> away.find(new ObjectName("a")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("bucket away does not answer");
        } finally {
            answers.countDown();
        }
    }

    @Test
    void aPutThatBreaksOffChangesNothing() throws IOException {
        put("a", "first");
        var broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("broke off");
            }

            @Override
            public int read(byte[] buffer, int from, int length) throws IOException {
                return read();
            }
        };

        assertThatThrownBy(() -> bucket.put(new ObjectName("a"), "writer", broken, done -> {}))
                .hasMessage("broke off");

        assertThat(bucket.find(new ObjectName("a"))).contains(5L);
        assertThat(bucket.directory()).isDirectoryNotContaining("glob:**.kiln-*");
    }

    @Test
    void whatAWriterThatWasKilledHasLeftGoesWithItsNextPut() throws IOException {
        Files.writeString(bucket.directory().resolve(".kiln-writer-left"), "half");
        Files.writeString(bucket.directory().resolve(".kiln-other-alive"), "half");

        put("a", "whole");

        try (var files = Files.list(bucket.directory())) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("a", ".kiln-other-alive");
        }
    }

    @Test
    void whatNobodyHasWrittenToForADayGoesWithTheNextPutBesideIt() throws IOException {
        var old = Files.writeString(bucket.directory().resolve(".kiln-other-killed"), "half");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));

        put("a", "whole");

        assertThat(old).doesNotExist();
    }

    @Test
    void linksOutOfTheBucketAreNotFollowed() throws IOException {
        Files.writeString(directory.resolve("secret"), "secret");
        Files.createSymbolicLink(bucket.directory().resolve("out"), directory);

        assertThat(bucket.find(new ObjectName("out/secret"))).isEmpty();
        assertThatThrownBy(() -> bucket.open(new ObjectName("out/secret"))).isInstanceOf(FileNotFoundException.class);
        assertThatThrownBy(() -> put("out/new/file", "x")).isInstanceOf(FileNotFoundException.class);
        assertThat(directory.resolve("new")).doesNotExist();
    }

    @Test
    void aDirectoryIsNoObject() throws IOException {
        put("a/b", "x");

        assertThat(bucket.find(new ObjectName("a"))).isEmpty();
    }

    @Test
    void aBucketWhoseDirectoryIsAwayIsNoEmptyBucket() throws IOException {
        Files.delete(bucket.directory());

        assertThatThrownBy(() -> bucket.find(new ObjectName("a"))).hasMessageContaining("is not there");
        assertThatThrownBy(() -> put("a", "x")).hasMessageContaining("is not there");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/a", "a/", "a//b", "..", "a/../b", ".", "a/.", "a\0b", "a/.kiln-x"})
    void noNameLeadsOutOfTheBucketOrToWhatIsBeingWritten(String name) {
        assertThat(ObjectName.of(name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", ".a", "a..b", "...", "a b/ü+&=%2e"})
    void otherNamesAreNames(String name) {
        assertThat(ObjectName.of(name)).isPresent();
    }

    private void put(String object, String content) throws IOException {
        bucket.put(
                new ObjectName(object),
                "writer",
                new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)),
                done -> {});
    }
}
