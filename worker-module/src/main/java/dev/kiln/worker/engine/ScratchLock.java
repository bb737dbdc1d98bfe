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
 * Who is in a scratch directory: any number of builds, or one removal alone; across processes by a file lock, which
 * ends with its process. The file lies in the directory and goes with it.
 */
final class ScratchLock {

    private static final String FILE = "lock";

    // A file lock belongs to the process and is lost when any channel to the file is closed: so there is one for each.
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

    /** Goes in to build; waits while somebody removes what is in there. */
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

    /** Goes in to remove, unless somebody is in there. */
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
            // A file that was replaced meanwhile guards nothing. While it is open no other file gets its number.
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
            return null; // somebody removes the directory at this very moment
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

    /** Removes the lock's file and the directory, if it is empty but for that. */
    static void removeFrom(Path directory) throws IOException {
        Files.deleteIfExists(directory.resolve(FILE));
        try {
            Files.deleteIfExists(directory);
        } catch (DirectoryNotEmptyException e) {
            // Somebody has just come to look whether anything is left; the next sweep removes what he brought.
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
