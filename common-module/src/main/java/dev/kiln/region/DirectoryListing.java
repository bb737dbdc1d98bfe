package dev.kiln.region;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds what a {@link DirectoryRegionStore} has made in its directory, and skips everything else. */
final class DirectoryListing extends SimpleFileVisitor<Path> {

    private final Path directory;
    private final Consumer<StoredItem> found;
    // The directory entered last, as long as it looks empty.
    private @Nullable Path empty;

    DirectoryListing(Path directory, Consumer<StoredItem> found) {
        this.directory = directory;
        this.found = found;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
        empty = null;
        if (path.equals(directory) || isKey(path)) {
            empty = path;
            return FileVisitResult.CONTINUE;
        }
        return FileVisitResult.SKIP_SUBTREE; // lost+found and the like
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        empty = null;
        var name = file.getFileName().toString();
        var home = file.resolveSibling("");
        boolean object = DirectoryRegionStore.DIGEST_NAME.matcher(name).matches();
        boolean known = home.equals(directory)
                ? name.startsWith(DirectoryRegionStore.PROBE)
                : object || name.startsWith(DirectoryRegionStore.PARTIAL);
        if (known && attributes.isRegularFile()) {
            found.accept(new StoredItem(
                    key(home), name, object, attributes.lastModifiedTime().toInstant()));
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path path, @Nullable IOException trouble) throws IOException {
        if (trouble != null && !(trouble instanceof NoSuchFileException)) {
            throw trouble;
        }
        // A directory that all keys of one kind share is never removed, and is not a leftover.
        if (path.equals(empty) && directory.relativize(path).getNameCount() > 1) {
            try {
                found.accept(new StoredItem(
                        key(path), "", false, Files.getLastModifiedTime(path).toInstant()));
            } catch (NoSuchFileException e) {
                // It was removed meanwhile.
            }
        }
        empty = null;
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException trouble) throws IOException {
        if (trouble instanceof NoSuchFileException || isOfOthers(file)) {
            return FileVisitResult.CONTINUE;
        }
        throw trouble;
    }

    /** What cannot be entered is told here instead: lost+found is open to root alone. */
    private boolean isOfOthers(Path path) {
        return !path.equals(directory) && !isKey(path) && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    private String key(Path home) {
        return directory.relativize(home).toString();
    }

    private boolean isKey(Path path) {
        return StoreKey.isKey(key(path));
    }
}
