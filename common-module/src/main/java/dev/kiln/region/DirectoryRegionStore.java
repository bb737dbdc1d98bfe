package dev.kiln.region;

import dev.kiln.image.Digest;
import dev.kiln.image.archive.ByteSource;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A region in a directory, local or mounted. A key is a directory, and an object a file in it, named by the digest of
 * its bytes: the name says what the content must be, and one rename publishes both.
 */
public final class DirectoryRegionStore implements RegionStore {

    static final Pattern DIGEST_NAME = Pattern.compile("[0-9a-f]{64}");
    static final String PARTIAL = ".partial-";
    static final String PROBE = ".check-";
    private static final int MOST_TRIES = 100;
    // Large enough that the disk, not the number of calls, limits the speed; small enough to notice an interrupt at
    // once.
    private static final int BUFFER_BYTES = 1 << 18;
    private static final Duration PROGRESS_EVERY = Duration.ofMillis(250);

    private final RegionId region;
    private final Path directory;

    // The directory's inode when this process first saw it.
    private volatile @Nullable Object known;

    // Directories that all keys of one kind share are never removed: once such an entry is on disk, it stays there.
    private final Map<Path, Object> lasting = new ConcurrentHashMap<>();

    public DirectoryRegionStore(RegionId region, Path directory) {
        this.region = region;
        this.directory = directory;
    }

    @Override
    public RegionId region() {
        return region;
    }

    @Override
    public void check() throws IOException {
        // A symbolic link to a directory counts too, which not every Java release recognises.
        if (known == null && !Files.isDirectory(directory)) {
            Files.createDirectories(directory);
        }
        requireTheSame();
        var probe = directory.resolve(PROBE + UUID.randomUUID());
        try (var file = FileChannel.open(probe, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            // Removes the name before writing, which may take long: however that ends, nothing is left behind.
            Files.delete(probe);
            file.write(ByteBuffer.wrap(new byte[1]));
            file.force(true);
        }
    }

    /**
     * Fails when the file system is not mounted any more: what is written then is hidden once it is mounted again. The
     * first call that finds the directory remembers it.
     */
    void requireTheSame() throws IOException {
        var before = known;
        if (before == null) {
            known = Files.isDirectory(directory) ? inode() : null;
        } else if (!Files.isDirectory(directory) || !before.equals(inode())) {
            throw new IOException("region " + region + " has another directory than when this process began, or none:"
                    + " is its file system mounted? If it is to be another one, start the process again");
        }
    }

    private Object inode() throws IOException {
        return Files.getAttribute(directory, "unix:ino");
    }

    @Override
    public StoredObject put(StoreKey key, InputStream bytes, @Nullable Digest expected, LongConsumer progress)
            throws IOException {
        requireTheSame();
        var home = directory.resolve(key.value());
        var partial = home.resolve(PARTIAL + UUID.randomUUID());
        boolean published = false;
        try (var out = create(partial)) {
            var stored = write(out, bytes, progress);
            if (expected != null && !expected.equals(stored.digest())) {
                throw new DigestMismatchException("object " + key, expected, stored.digest());
            }
            publish(partial, home.resolve(stored.digest().hex()));
            published = true;
            return stored;
        } catch (ClosedByInterruptException e) {
            throw interrupted(key);
        } finally {
            if (!published) {
                Files.deleteIfExists(partial);
                removeEmpty(home);
            }
        }
    }

    // Converts the exception of a channel that is interrupted while it reads or writes.
    private static InterruptedIOException interrupted(StoreKey key) {
        Thread.interrupted();
        return new InterruptedIOException("interrupted while " + key + " was being written");
    }

    private void publish(Path partial, Path object) throws IOException {
        var home = object.resolveSibling("");
        try {
            Files.move(partial, object, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException e) {
            // Another call for the same content was faster, or has taken over this call's file and is not done yet.
            if (!Files.exists(object)) {
                throw e;
            }
        }
        // Its directories may be as new as the object: it is durable only once all of them are on disk.
        syncUpwards(home);
    }

    @Override
    public void copy(StoreKey key, StoredObject content, Parts parts, ByteSource source, LongConsumer progress)
            throws IOException {
        requireTheSame();
        var home = directory.resolve(key.value());
        var mine = home.resolve(continuable(content) + UUID.randomUUID());
        try {
            if (isWhole(key, content)) {
                sync(home);
                progress.accept(content.bytes());
                return;
            }
            try (var file = takeOver(home, content, mine);
                    var copy = new PartialCopy(file, content, parts, source)) {
                syncUpwards(home);
                copy.complete(progress);
                publish(mine, home.resolve(content.digest().hex()));
            }
            // A call that is still working on the same content will find the object.
            removeAll(home, continuable(content));
        } catch (ClosedByInterruptException e) {
            throw interrupted(key);
        }
    }

    private static String continuable(StoredObject content) {
        return PARTIAL + content.digest().hex() + "-";
    }

    /** Whether an earlier call has published the object without having reported it. */
    private boolean isWhole(StoreKey key, StoredObject content) throws IOException {
        if (!find(key, content.digest()).equals(Optional.of(content))) {
            return false;
        }
        var computation = Digest.computation();
        try (var bytes = open(key, content.digest(), 0)) {
            var buffer = new byte[BUFFER_BYTES];
            for (var n = bytes.read(buffer); n >= 0; n = bytes.read(buffer)) {
                computation.update(buffer, 0, n);
            }
        }
        return Digest.of(computation).equals(content.digest());
    }

    /**
     * Opens the leftover of an earlier call under a name that only this call publishes: the earlier call may still be
     * writing to the file, but has lost its name for it. A new file when there is no leftover.
     */
    private FileChannel takeOver(Path home, StoredObject content, Path mine) throws IOException {
        for (var tries = 0; tries < MOST_TRIES; tries++) {
            var left = largest(home, continuable(content));
            if (left.isEmpty()) {
                return create(mine);
            }
            try {
                Files.move(left.get(), mine, StandardCopyOption.ATOMIC_MOVE);
                return FileChannel.open(mine, StandardOpenOption.READ, StandardOpenOption.WRITE);
            } catch (NoSuchFileException e) {
                // Published, removed, or taken over by another call: look again.
            }
        }
        throw new IOException("others go on with the same copy again and again in " + home);
    }

    private static Optional<Path> largest(Path home, String prefix) throws IOException {
        var found = Optional.<Path>empty();
        var most = -1L;
        for (var file : files(home)) {
            var bytes = file.toFile().length();
            if (file.getFileName().toString().startsWith(prefix) && bytes > most) {
                found = Optional.of(file);
                most = bytes;
            }
        }
        return found;
    }

    /** Makes the file and its directories, which other calls remove whenever they are empty. */
    private FileChannel create(Path partial) throws IOException {
        for (var tries = 1; ; tries++) {
            try {
                Files.createDirectories(partial.resolveSibling(""));
                return FileChannel.open(
                        partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
            } catch (NoSuchFileException e) {
                if (tries == MOST_TRIES) {
                    throw e;
                }
            }
        }
    }

    private static StoredObject write(FileChannel out, InputStream bytes, LongConsumer progress) throws IOException {
        var computation = Digest.computation();
        var written = 0L;
        var told = System.nanoTime();
        var buffer = new byte[BUFFER_BYTES];
        for (var n = bytes.read(buffer); n >= 0; n = bytes.read(buffer)) {
            if (Thread.interrupted()) {
                throw new InterruptedIOException("interrupted after " + written + " bytes");
            }
            computation.update(buffer, 0, n);
            writeFully(out, ByteBuffer.wrap(buffer, 0, n));
            written += n;
            if (System.nanoTime() - told > PROGRESS_EVERY.toNanos()) {
                progress.accept(written);
                told = System.nanoTime();
            }
        }
        out.force(true);
        progress.accept(written);
        return new StoredObject(Digest.of(computation), written);
    }

    private static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    @Override
    public InputStream open(StoreKey key, Digest digest, long offset) throws IOException {
        var channel = channel(key, digest);
        try {
            channel.position(offset);
            return Channels.newInputStream(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public Optional<StoredObject> find(StoreKey key, Digest digest) throws IOException {
        try {
            return Optional.of(new StoredObject(digest, Files.size(file(key, digest))));
        } catch (NoSuchFileException e) {
            requireTheSame(); // or all objects would seem to be missing
            return Optional.empty();
        }
    }

    private Path file(StoreKey key, Digest digest) {
        return directory.resolve(key.value()).resolve(digest.hex());
    }

    private FileChannel channel(StoreKey key, Digest digest) throws IOException {
        try {
            return FileChannel.open(file(key, digest), StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            requireTheSame(); // or all objects would seem to be missing
            throw new FileNotFoundException(region + " has no object " + key + " with the digest " + digest);
        }
    }

    @Override
    public void delete(StoreKey key) throws IOException {
        requireTheSame();
        var home = directory.resolve(key.value());
        removeAll(home, "");
        removeEmpty(home);
    }

    /** Removes the directory and its parents that are empty then; those that all keys of one kind share stay. */
    private void removeEmpty(Path home) throws IOException {
        for (var path = home; directory.relativize(path).getNameCount() > 1; path = path.resolveSibling("")) {
            try {
                Files.deleteIfExists(path);
            } catch (DirectoryNotEmptyException e) {
                return; // other keys begin with this one, or another call has just begun
            }
        }
    }

    @Override
    public void list(@Nullable StoreKey below, Consumer<StoredItem> found) throws IOException {
        requireTheSame();
        var start = below == null ? directory : directory.resolve(below.value());
        if (Files.notExists(start)) {
            return;
        }
        if (!Files.isDirectory(start)) {
            throw new NotDirectoryException(start.toString());
        }
        try {
            // The region's directory may be a symbolic link; Kiln makes none below it.
            Files.walkFileTree(start.toRealPath(), new DirectoryListing(directory.toRealPath(), found));
        } catch (NoSuchFileException e) {
            // It was removed meanwhile, so there is nothing to list.
        }
    }

    @Override
    public void remove(StoredItem item) throws IOException {
        var home = directory.resolve(item.key());
        if (!item.name().isEmpty()) {
            Files.deleteIfExists(home.resolve(item.name()));
        }
        removeEmpty(home);
    }

    @Override
    public void remove(StoredItem object, Runnable proof) throws IOException {
        var home = directory.resolve(object.key());
        // Under this name, a copy of the same content can go on with it.
        SetAside.remove(home.resolve(object.name()), PARTIAL + object.name() + "-", proof);
        removeEmpty(home);
    }

    private static void removeAll(Path home, String prefix) throws IOException {
        for (var file : files(home)) {
            if (file.getFileName().toString().startsWith(prefix) && !Files.isDirectory(file)) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static List<Path> files(Path home) throws IOException {
        try (var files = Files.list(home)) {
            return files.toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (UncheckedIOException e) {
            throw e.getCause(); // from a directory that could not be read to its end
        }
    }

    private void syncUpwards(Path home) throws IOException {
        var sort = directory.resolve(directory.relativize(home).getName(0));
        var known = Files.readAttributes(sort, BasicFileAttributes.class).fileKey();
        for (var path = home; !path.equals(directory); path = path.resolveSibling("")) {
            sync(path);
        }
        if (known == null || !known.equals(lasting.get(sort))) {
            sync(directory);
            if (known != null) {
                lasting.put(sort, known);
            }
        }
    }

    // A rename or a new name is durable only once its directory is on disk.
    static void sync(Path path) throws IOException {
        try (var opened = FileChannel.open(path, StandardOpenOption.READ)) {
            opened.force(true);
        }
    }
}
