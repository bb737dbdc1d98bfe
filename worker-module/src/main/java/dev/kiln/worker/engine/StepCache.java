package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What steps of builds wrote, keyed by everything they were made of; shared by all workers that use the directory. An
 * entry is a directory that appears and disappears as a whole. Its layer is named by its digest and verified against it
 * when read.
 */
final class StepCache {

    private static final Logger LOG = LoggerFactory.getLogger(StepCache.class);
    private static final String LAYER = "layer-";
    private static final Duration ABANDONED = Duration.ofDays(1);

    // A file lock belongs to the process, so threads of this process also need a lock of their own.
    private static final Map<Path, ReentrantLock> TURNS = new ConcurrentHashMap<>();

    private final Path directory;
    private final long bytes;
    private final TreeRemoval removal;

    StepCache(Path directory, long bytes, TreeRemoval removal) {
        this.directory = directory;
        this.bytes = bytes;
        this.removal = removal;
    }

    /**
     * The notation for owners and deleted files in layers; only workers with the same one understand each other's
     * layers.
     */
    String form() {
        return directory.getFileName().toString();
    }

    /**
     * A step that was run before.
     *
     * @param layer a separate link to what it wrote, which remains when the entry is removed; empty when it cannot
     *     write
     */
    record Entry(Path directory, Instant made, Optional<StepJournal.LayerFile> layer, Optional<String> stdout) {}

    /** The step with that key, if it was run at most this long ago; its layer is linked to the file. */
    Optional<Entry> find(String key, Duration maximalAge, Path file, int layer) throws IOException {
        var entry = directory.resolve(key);
        try {
            var identity = identity(entry);
            var made = Instant.ofEpochMilli(Long.parseLong(Files.readString(entry.resolve("made"))));
            if (Duration.between(made, Instant.now()).compareTo(maximalAge) > 0) {
                return Optional.empty();
            }
            var stored = layerOf(entry);
            if (stored.isPresent()) {
                Files.createLink(file, stored.get());
            }
            var stdout = entry.resolve("stdout");
            var said = Files.exists(stdout) ? Optional.of(Files.readString(stdout)) : Optional.<String>empty();
            if (!identity(entry).equals(identity)) {
                // The entry may have been replaced meanwhile: layer and output could come from different runs.
                Files.deleteIfExists(file);
                return Optional.empty();
            }
            Files.setLastModifiedTime(entry, FileTime.from(Instant.now()));
            var link = stored.isEmpty()
                    ? Optional.<StepJournal.LayerFile>empty()
                    : Optional.of(new StepJournal.LayerFile(layer, file, Files.size(file), digest(stored.get())));
            return Optional.of(new Entry(entry, made, link, said));
        } catch (NoSuchFileException e) {
            Files.deleteIfExists(file);
            return Optional.empty(); // it never existed, or has just been evicted
        }
    }

    /** Changes when another directory takes the place of this one. */
    private static Object identity(Path entry) throws IOException {
        return Objects.requireNonNull(
                Files.readAttributes(entry, BasicFileAttributes.class).fileKey());
    }

    private static Optional<Path> layerOf(Path entry) throws IOException {
        try (var files = Files.newDirectoryStream(entry, LAYER + "*")) {
            var all = files.iterator();
            return all.hasNext() ? Optional.of(all.next()) : Optional.empty();
        }
    }

    private static Digest digest(Path layer) {
        return new Digest("sha256:" + layer.getFileName().toString().substring(LAYER.length()));
    }

    /** Adds a step that was run at that time, replacing one with the same key. */
    void add(String key, Instant made, Optional<StepJournal.LayerFile> layer, Optional<String> stdout)
            throws IOException {
        makeDirectory();
        var fresh = Files.createDirectory(directory.resolve("." + UUID.randomUUID()));
        write(fresh.resolve("made"), Long.toString(made.toEpochMilli()));
        if (layer.isPresent()) {
            Files.createLink(
                    fresh.resolve(LAYER + layer.get().digest().hex()),
                    layer.get().file());
        }
        if (stdout.isPresent()) {
            write(fresh.resolve("stdout"), stdout.get());
        }
        publish(fresh, key);
    }

    // On disk before the entry gets its name: after a power failure nothing would notice that it is incomplete.
    private static void write(Path file, String text) throws IOException {
        Files.writeString(
                file, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
    }

    /** Removes an entry that cannot be used. */
    void remove(Path entry) throws IOException {
        var doomed = directory.resolve("." + UUID.randomUUID());
        try {
            Files.move(entry, doomed);
            removal.remove(doomed);
        } catch (NoSuchFileException e) {
            // It did not exist.
        }
    }

    /** Makes the file the packed image with that key, if there is one. */
    Optional<PackedForms.Packed> packed(String key, int compression, Path file) throws IOException {
        var entry = directory.resolve(key);
        try {
            for (var packed : PackedForms.of(entry, compression)) {
                var known = PackedForms.about(packed);
                Files.createLink(file, packed);
                Files.setLastModifiedTime(entry, FileTime.from(Instant.now()));
                return Optional.of(known);
            }
        } catch (NoSuchFileException e) {
            // It was never there, or has just been evicted. What is packed now must not be written into a file of
            // other builds.
            Files.deleteIfExists(file);
        }
        return Optional.empty();
    }

    /** Adds a packed image. */
    void addPacked(String key, int compression, Path file, PackedForms.Packed packed) throws IOException {
        makeDirectory();
        var fresh = Files.createDirectory(directory.resolve("." + UUID.randomUUID()));
        PackedForms.add(fresh, compression, file, packed);
        publish(fresh, key);
    }

    /** Forgets packed images that are not what they say they are. */
    void forgetPacked(Digest digest) throws IOException {
        try (var all = Files.isDirectory(directory) ? Files.list(directory) : Stream.<Path>empty()) {
            for (var entry : all.filter(Files::isDirectory).toList()) {
                PackedForms.remove(entry, digest);
            }
        }
    }

    private void publish(Path fresh, String key) throws IOException {
        remove(directory.resolve(key));
        try {
            Files.move(fresh, directory.resolve(key));
        } catch (FileSystemException e) {
            removal.remove(fresh); // another build was first
        }
    }

    private void makeDirectory() throws IOException {
        try {
            if (!Files.isDirectory(directory)) {
                Scratch.makePrivate(directory);
            }
        } catch (FileAlreadyExistsException e) {
            // Another worker was first.
        }
    }

    /** Removes the least recently used entries while all of them exceed the limit, and what killed workers left. */
    void evict() {
        try (var all = Files.isDirectory(directory) ? Files.list(directory) : Stream.<Path>empty()) {
            long total = 0;
            for (var used : all.filter(Files::isDirectory)
                    .map(entry -> new Used(entry, lastUse(entry)))
                    .sorted(Comparator.comparing(Used::last).reversed())
                    .toList()) {
                boolean whole = !used.entry().getFileName().toString().startsWith(".");
                total += size(used.entry());
                if (whole ? total > bytes : used.last().isBefore(Instant.now().minus(ABANDONED))) {
                    remove(used.entry());
                }
            }
        } catch (IOException e) {
            LOG.warn("cached steps take more space than they may: {}", e.toString());
        }
    }

    /** An entry and when it was used last, as it was read: others use it while all are put in order. */
    private record Used(Path entry, Instant last) {}

    private static Instant lastUse(Path entry) {
        try {
            return Files.getLastModifiedTime(entry).toInstant();
        } catch (IOException e) {
            return Instant.EPOCH;
        }
    }

    private static long size(Path entry) throws IOException {
        long size = 4096;
        try (var files = Files.newDirectoryStream(entry)) {
            for (var file : files) {
                size += Files.size(file);
            }
        } catch (NoSuchFileException e) {
            return 0; // it has just been removed
        }
        return size;
    }

    /**
     * Waits until no other build, in any process, runs the same steps. The turn ends when it is closed, or with the
     * process.
     */
    Turn turn(String key) throws IOException, InterruptedException {
        makeDirectory();
        // Few files for all keys: two different builds that share one only wait for each other.
        var file = directory.resolve("turn-" + key.substring(0, 3));
        var lock = TURNS.computeIfAbsent(file, any -> new ReentrantLock());
        lock.lockInterruptibly();
        try {
            return new Turn(locked(file), lock);
        } catch (IOException | InterruptedException | RuntimeException e) {
            lock.unlock();
            throw e;
        }
    }

    private static FileChannel locked(Path file) throws IOException, InterruptedException {
        var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            var unused = channel.lock();
            return channel;
        } catch (FileLockInterruptionException e) {
            channel.close();
            throw new InterruptedException();
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** The exclusive right to run certain steps; closed by the thread that has it. */
    record Turn(FileChannel channel, ReentrantLock lock) implements AutoCloseable {

        @Override
        public void close() throws IOException {
            try {
                channel.close();
            } finally {
                lock.unlock();
            }
        }
    }
}
