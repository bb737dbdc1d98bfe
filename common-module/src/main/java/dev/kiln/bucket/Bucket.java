package dev.kiln.bucket;

import dev.kiln.account.AccountId;
import dev.kiln.region.RegionId;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongConsumer;

/**
 * A bucket: a directory, local or mounted, whose files are its objects, named by their paths. Its operator fills and
 * empties it; an object that Kiln writes becomes visible only once all of it is durable. Symbolic links that lead out
 * of the directory are not followed.
 *
 * @param accounts accounts that may use it in addition to the root account
 */
public record Bucket(String name, RegionId region, Path directory, Set<AccountId> accounts) {

    private static final int BUFFER_BYTES = 1 << 18;
    private static final long NANOS_BETWEEN_NOTES = 250_000_000;
    // Longer than any writer is silent, and than clocks differ.
    private static final Duration OLD = Duration.ofDays(1);

    /**
     * The size of the object in bytes; empty when there is no such object.
     *
     * @throws IOException when the bucket is not to be reached now, or does not answer in a few seconds
     */
    public Optional<Long> find(ObjectName object) throws IOException {
        try {
            return Look.into(this, () -> {
                var file = directory.resolve(object.value());
                return isObject(file) ? Optional.of(Files.size(file)) : Optional.empty();
            });
        } catch (InvalidPathException e) {
            return Optional.empty(); // a name beyond ASCII, to a process without a UTF-8 locale
        }
    }

    /** The object's bytes; the caller closes the stream. */
    public InputStream open(ObjectName object) throws IOException {
        var file = directory.resolve(object.value());
        if (!isObject(file)) {
            throw new FileNotFoundException("bucket " + name + " has no object " + object);
        }
        return Channels.newInputStream(FileChannel.open(file, StandardOpenOption.READ));
    }

    private boolean isObject(Path file) throws IOException {
        requireDirectory();
        return Files.isRegularFile(file) && isInside(file);
    }

    /** Fails when the directory is missing, as that of an unmounted file system is. */
    private void requireDirectory() throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException("the directory of bucket " + name + " is not there");
        }
    }

    private boolean isInside(Path file) throws IOException {
        return file.toRealPath().startsWith(directory.toRealPath());
    }

    /**
     * Stores the bytes as the object, replacing an existing one, once all of them are durable. Removes what an earlier
     * call of the same writer left of the object; if that call is still running, it fails in turn. Also removes what
     * others have left beside the object and not written to for a day.
     *
     * @param writer who writes the object, in letters, digits and dashes
     * @param progress receives the number of bytes written so far, at most a few times a second
     */
    public void put(ObjectName object, String writer, InputStream bytes, LongConsumer progress) throws IOException {
        var file = directory.resolve(object.value());
        var home = madeInside(file.resolveSibling(""));
        var prefix = ObjectName.HIDDEN + writer + "-";
        removeLeft(home, prefix);
        var partial = home.resolve(prefix + UUID.randomUUID());
        try {
            write(partial, bytes, progress);
            Files.move(
                    partial,
                    home.resolve(file.getFileName()),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            sync(home);
        } catch (ClosedByInterruptException e) {
            Thread.interrupted();
            throw new InterruptedIOException("interrupted while " + object + " was being written");
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    private Path madeInside(Path home) throws IOException {
        requireDirectory();
        var there = home;
        while (!Files.exists(there)) {
            there = there.resolveSibling("");
        }
        if (!isInside(there)) {
            throw new FileNotFoundException("what is to be written lies outside of bucket " + name);
        }
        var made = Files.createDirectories(home).toRealPath();
        for (var path = home; !path.equals(there); path = path.resolveSibling("")) {
            sync(path.resolveSibling(""));
        }
        return made;
    }

    /** Removes what calls of the writer, which must have ended, have left of the object. */
    public void discard(ObjectName object, String writer) throws IOException {
        requireDirectory();
        var home = directory.resolve(object.value()).resolveSibling("");
        if (Files.isDirectory(home) && isInside(home)) {
            removeLeft(home, ObjectName.HIDDEN + writer + "-");
        }
    }

    /** Removes what the writer has left, and what others have left who can be at work no more. */
    private static void removeLeft(Path home, String prefix) throws IOException {
        var old = FileTime.from(Instant.now().minus(OLD));
        try (var left = Files.newDirectoryStream(
                home, file -> file.getFileName().toString().startsWith(ObjectName.HIDDEN))) {
            for (var file : left) {
                if (file.getFileName().toString().startsWith(prefix) || isOlder(file, old)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static boolean isOlder(Path file, FileTime than) throws IOException {
        try {
            return Files.isRegularFile(file) && Files.getLastModifiedTime(file).compareTo(than) < 0;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static void write(Path file, InputStream bytes, LongConsumer progress) throws IOException {
        try (var out = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            var buffer = new byte[BUFFER_BYTES];
            var noted = System.nanoTime();
            for (var n = bytes.read(buffer); n >= 0; n = bytes.read(buffer)) {
                var rest = ByteBuffer.wrap(buffer, 0, n);
                while (rest.hasRemaining()) {
                    out.write(rest);
                }
                if (System.nanoTime() - noted > NANOS_BETWEEN_NOTES) {
                    noted = System.nanoTime();
                    progress.accept(out.position());
                }
            }
            out.force(true);
        }
    }

    private static void sync(Path home) throws IOException {
        try (var channel = FileChannel.open(home, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
