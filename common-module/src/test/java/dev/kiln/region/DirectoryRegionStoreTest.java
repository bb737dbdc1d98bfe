package dev.kiln.region;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryRegionStoreTest extends RegionStoreContract {

    @TempDir
    private Path temporary;

    private Path directory;

    @Override
    RegionStore freshStore() {
        try {
            directory = Files.createTempDirectory(temporary, "region");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new DirectoryRegionStore(new RegionId("cn-test"), directory);
    }

    @Override
    void assertNothingStored() throws IOException {
        try (var files = Files.walk(directory)) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Override
    void damage(UnaryOperator<byte[]> change) throws IOException {
        try (var files = Files.walk(directory)) {
            var file = files.filter(Files::isRegularFile).findFirst().orElseThrow();
            Files.write(file, change.apply(Files.readAllBytes(file)));
        }
    }

    @Override
    void leavePartOf(StoreKey key) throws IOException {
        Files.createDirectories(directory.resolve(key.value()));
        Files.writeString(directory.resolve(key.value()).resolve(".partial-1"), "half");
    }

    @Test
    void emptyDirectoriesAndProbesAreLeftoversAndWhatOthersPutThereIsNot() throws IOException {
        var store = freshStore();
        Files.createDirectories(directory.resolve("images/m-3"));
        Files.createDirectories(directory.resolve("lost+found"));
        Files.createDirectories(directory.resolve("layers/exec-1/.snapshot"));
        Files.writeString(directory.resolve(".check-1"), "x");
        Files.writeString(directory.resolve("README"), "x");
        Files.writeString(directory.resolve("images/README"), "x");
        var names = new ArrayList<String>();

        store.list(null, item -> names.add(item.toString()));

        assertThat(names).containsExactlyInAnyOrder("images/m-3/", ".check-1");
    }

    /** As of a process that is not root's where a region is a file system of its own. */
    @Test
    void whatOthersPutThereNeedNotBeReadable() throws IOException {
        freshStore();
        var listing = new DirectoryListing(directory, item -> {});
        var others = Files.createDirectory(directory.resolve("lost+found"));
        var own = Files.createDirectory(directory.resolve("images"));
        var half = Files.createFile(own.resolve(".partial-1"));

        assertThat(listing.visitFileFailed(others, new AccessDeniedException("lost+found")))
                .isEqualTo(FileVisitResult.CONTINUE);

        for (var path : List.of(directory, own, half)) {
            assertThatThrownBy(() -> listing.visitFileFailed(path, new AccessDeniedException("own")))
                    .isInstanceOf(AccessDeniedException.class);
        }
    }

    @Test
    void theDirectoryMayBeASymbolicLink() throws IOException {
        freshStore();
        Files.createDirectories(directory.resolve("images/m-3"));
        var link = Files.createSymbolicLink(temporary.resolve("link"), directory);
        var store = new DirectoryRegionStore(new RegionId("cn-test"), link);
        var names = new ArrayList<String>();

        store.check();
        store.list(null, item -> names.add(item.toString()));

        assertThat(names).containsExactly("images/m-3/");
    }

    @Test
    void whatACrashedPutLeftIsRemovedByDelete() throws IOException {
        var store = freshStore();
        var key = new StoreKey("images/m-2");
        Files.createDirectories(directory.resolve("images/m-2"));
        Files.writeString(directory.resolve("images/m-2/.partial-1"), "half");

        store.delete(key);

        assertNothingStored();
    }

    @Test
    void aRegionThatCannotBeWrittenToSaysSo() throws IOException {
        var file = Files.createFile(temporary.resolve("file"));

        assertThatThrownBy(() -> new DirectoryRegionStore(new RegionId("cn-test"), file.resolve("below")).check())
                .isInstanceOf(IOException.class);
    }

    @Test
    void aDirectoryThatIsAnotherOneThanBeforeIsNotWrittenTo() throws IOException {
        var store = freshStore();
        store.check();
        var mounted = Files.move(directory, temporary.resolve("mounted"));

        assertThatThrownBy(store::check)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is its file system mounted");
        assertThat(directory).doesNotExist();
        Files.createDirectory(directory);
        var key = new StoreKey("images/m-1");
        var bytes = new ByteArrayInputStream(new byte[1]);
        assertThatThrownBy(() -> store.put(key, bytes, null, done -> {})).isInstanceOf(IOException.class);
        var content = new StoredObject(digest(new byte[1]), 1);
        assertThatThrownBy(() -> store.copy(
                        key, content, parts(new byte[1]), offset -> new ByteArrayInputStream(new byte[1]), done -> {}))
                .hasMessageContaining("is its file system mounted");
        assertThatThrownBy(() -> store.open(key, content.digest(), 0))
                .hasMessageContaining("is its file system mounted");
        assertThatThrownBy(() -> store.delete(key)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> store.list(null, item -> {})).isInstanceOf(IOException.class);
        assertThat(directory).isEmptyDirectory();

        Files.delete(directory);
        Files.move(mounted, directory);
        store.check();
    }

    @Test
    void aDirectoryThatWasOnlyUsedIsKnownToo() throws IOException {
        var store = freshStore();
        var key = new StoreKey("images/m-1");
        var stored = store.put(key, new ByteArrayInputStream(new byte[1]), null, done -> {});
        Files.move(directory, temporary.resolve("mounted"));
        Files.createDirectory(directory);

        assertThatThrownBy(() -> store.put(key, new ByteArrayInputStream(new byte[1]), null, done -> {}))
                .hasMessageContaining("is its file system mounted");
        assertThatThrownBy(() -> store.find(key, stored.digest())).hasMessageContaining("is its file system mounted");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aDirectoryThatIsMadeAfterTheStoreIsUsed() throws IOException {
        var made = temporary.resolve("made/later");
        var store = new DirectoryRegionStore(new RegionId("cn-test"), made);
        var key = new StoreKey("images/m-1");
        assertThat(store.find(key, digest(new byte[1]))).isEmpty();
        store.put(key, new ByteArrayInputStream(new byte[1]), null, done -> {});
        assertThat(store.find(key, digest(new byte[1]))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/etc/passwd", "../x", "images/../x", "images//x", "images/.partial-1", "a b", "a/"})
    void noKeyLeavesTheRegion(String key) {
        assertThatThrownBy(() -> new StoreKey(key)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anotherKeyBeneathIsNotTouchedByDelete() throws IOException {
        var store = freshStore();
        store.put(new StoreKey("a"), new ByteArrayInputStream(new byte[1]), null, done -> {});
        var beneath = store.put(new StoreKey("a/b"), new ByteArrayInputStream(new byte[2]), null, done -> {});

        store.delete(new StoreKey("a"));

        var left = new ArrayList<String>();
        store.list(null, item -> left.add(item.key()));
        assertThat(left).containsExactly("a/b");
        assertThat(store.find(new StoreKey("a/b"), beneath.digest())).isPresent();
    }
}
