package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Guards a scratch directory: any number of builds, or one removal exclusively. Across processes it is a file lock,
 * which ends with its process; the file lies in the directory and is removed with it.
 */
final class ScratchLock {

    private static final String FILE = "lock";

    // A process loses a file lock when it closes any channel to the file, so it opens only one for each.
    private static final Map<Path, ScratchLock> HELD = new HashMap<>();

    private final Path directory;
    private final FileChannel channel;
    private final boolean shared;
    private int holders;

    private ScratchLock(Path directory, FileChannel channel, boolean shared) {
        this.directory = directory;
        this.channel = channel;
        this.shared = shared;
    }

    /** Enters to build; waits while the directory is being removed. */
    static ScratchLock enter(Path directory) throws IOException, InterruptedException {
        synchronized (HELD) {
            while (true) {
                var lock = HELD.get(directory);
                if (lock == null) {
                    lock = open(directory, true);
                }
                if (lock != null && lock.shared) {
                    lock.holders++;
                    return lock;
                }
                HELD.wait(20);
            }
        }
    }

    /** Enters to remove, unless the directory is in use. */
    static Optional<ScratchLock> alone(Path directory) throws IOException {
        synchronized (HELD) {
            var lock = HELD.containsKey(directory) ? null : open(directory, false);
            if (lock != null) {
                lock.holders++;
            }
            return Optional.ofNullable(lock);
        }
    }

    private static @Nullable ScratchLock open(Path directory, boolean shared) throws IOException {
        var file = directory.resolve(FILE);
        FileChannel channel = null;
        try {
            Files.createDirectories(directory);
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            // A file that was replaced meanwhile guards nothing. While this one is open, no other file gets its inode
            // number.
            var before = identity(file);
            if (channel.tryLock(0, Long.MAX_VALUE, shared) != null
                    && identity(file).equals(before)) {
                var lock = new ScratchLock(directory, channel, shared);
                channel = null;
                HELD.put(directory, lock);
                return lock;
            }
            return null;
        } catch (NoSuchFileException | FileAlreadyExistsException e) {
            return null; // the directory is just being removed
        } finally {
            if (channel != null) {
                channel.close();
            }
        }
    }

    private static List<Object> identity(Path file) throws IOException {
        var attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return List.of(String.valueOf(attributes.fileKey()), attributes.creationTime());
    }

    /** Removes the lock's file, and the directory if nothing else is in it. */
    static void removeFrom(Path directory) throws IOException {
        Files.deleteIfExists(directory.resolve(FILE));
        try {
            Files.deleteIfExists(directory);
        } catch (DirectoryNotEmptyException e) {
            // Another process has just entered to check whether anything is left; the next sweep removes the file it
            // made.
        }
    }

    void leave() throws IOException {
        synchronized (HELD) {
            holders--;
            if (holders == 0) {
                HELD.remove(directory);
                HELD.notifyAll();
                channel.close();
            }
        }
    }
}
