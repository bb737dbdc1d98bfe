package dev.kiln.worker.engine;

import dev.kiln.execution.Ability;
import dev.kiln.image.Digest;
import dev.kiln.worker.disk.DiskNeedsException;
import dev.kiln.worker.disk.OpenedDisk;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Base images kept unpacked, by digest, shared by all builds of all workers that use the directory. A shared file lock
 * protects an image in use; an exclusive one, its making and removal.
 */
final class UnpackedImages {

    private static final Logger LOG = LoggerFactory.getLogger(UnpackedImages.class);

    // One for the process, not for each engine: file locks belong to the process.
    private static final Map<Path, Entry> ENTRIES = new ConcurrentHashMap<>();

    private final Path directory;
    private final long bytes;
    private final ImageUnpacking images;
    private final TreeRemoval removal;

    UnpackedImages(Path directory, long bytes, ImageUnpacking images, TreeRemoval removal) {
        this.directory = directory;
        this.bytes = bytes;
        this.images = images;
        this.removal = removal;
    }

    /** An unpacked image that is kept until this is closed. */
    final class Lease implements AutoCloseable {

        private final String key;

        private Lease(String key) {
            this.key = key;
        }

        /** Makes it the base of a scratch directory's sandboxes. */
        void lendTo(Path scratch) throws IOException {
            var disk = disk();
            if (disk.isPresent()) {
                disk.get().lendTo(scratch, directory());
            } else {
                Files.createSymbolicLink(scratch.resolve("base"), directory().resolve("root"));
            }
        }

        /**
         * Refuses a disk that needs more than this worker can do. An archive's needs are known from its row; a disk's
         * show only when it is open.
         *
         * @param able the abilities of this worker; asked only for a disk, since it looks at many files
         */
        void requireAble(BuildRequest.BaseImage image, Supplier<Set<Ability>> able)
                throws IOException, BuildFailedException {
            var disk = disk();
            if (disk.isEmpty()) {
                return;
            }
            var found = disk.get().knownArchitecture().map(Ability::toRun);
            var said = image.metadata().knownArchitecture();
            if (found.isPresent() && said.isPresent() && found.get() != Ability.toRun(said.get())) {
                throw new BuildFailedException(
                        "BaseImage.OtherArchitecture",
                        "the programs of the disk are for " + disk.get().architecture() + ", and it was imported as "
                                + said.get().word() + "; import it again with the right Architecture");
            }
            if (!able.get().containsAll(disk.get().needs())) {
                throw new DiskNeedsException(disk.get().needs());
            }
        }

        /** Where it is. */
        Path directory() {
            return directory.resolve(key);
        }

        /** The facts of the disk, if it is one. */
        Optional<OpenedDisk> disk() throws IOException {
            return OpenedDisk.isIn(directory()) ? Optional.of(OpenedDisk.in(directory())) : Optional.empty();
        }

        /** Newest modification time of its files, in seconds. */
        long newest() throws IOException {
            return Long.parseLong(Files.readString(directory.resolve(key).resolve("newest")));
        }

        /** Makes the file the untouched image in packed form, if a build has packed that before. */
        Optional<PackedForms.Packed> packed(int compression, Path file) throws IOException {
            for (var packed : PackedForms.of(directory.resolve(key), compression)) {
                Files.createLink(file, packed);
                return Optional.of(PackedForms.about(packed));
            }
            return Optional.empty();
        }

        /** Keeps what the untouched image is in packed form, for builds that change none of its files. */
        void keepPacked(int compression, Path file, PackedForms.Packed packed) throws IOException {
            PackedForms.add(directory.resolve(key), compression, file, packed);
        }

        @Override
        public void close() throws IOException {
            entry(key).release();
            try {
                evict();
            } catch (IOException e) {
                LOG.warn("unpacked base images take more space than they may: {}", e.toString());
            }
        }
    }

    /** The image, unpacked now if it is not yet. */
    Lease take(BuildRequest.BaseImage base, SandboxProcess.Watch watch)
            throws IOException, InterruptedException, BuildFailedException, Stopped {
        if (!Files.isDirectory(directory)) {
            makeDirectory();
        }
        var hex = base.digest().hex();
        var key = base.form().isDisk() ? hex + "-" + OpenedDisk.RULES : hex;
        var entry = entry(key);
        entry.take(() -> make(entry.image, base, watch));
        return new Lease(key);
    }

    private void makeDirectory() throws IOException {
        try {
            Scratch.makePrivate(directory);
        } catch (FileAlreadyExistsException e) {
            // Another worker was first.
        }
    }

    private Entry entry(String key) {
        return ENTRIES.computeIfAbsent(directory.resolve(key), Entry::new);
    }

    private void make(Path image, BuildRequest.BaseImage base, SandboxProcess.Watch watch)
            throws IOException, InterruptedException, BuildFailedException, Stopped {
        if (Files.exists(image)) {
            return;
        }
        var unfinished = image.resolveSibling("." + image.getFileName() + ".new");
        removal.remove(unfinished);
        Files.createDirectory(unfinished);
        try {
            images.unpack(base, unfinished, watch);
            Files.move(unfinished, image);
        } finally {
            removal.remove(unfinished);
        }
    }

    /** Forgets packed forms that are not what they say they are. */
    void forgetPacked(Digest digest) throws IOException {
        if (Files.isDirectory(directory)) {
            for (var image : ImageUnpacking.all(directory)) {
                PackedForms.remove(image, digest);
            }
        }
    }

    private void remove(Path image) throws IOException {
        var doomed = image.resolveSibling("." + image.getFileName() + ".old");
        if (Files.exists(image)) { // another process may have just removed it
            removal.remove(doomed);
            Files.move(image, doomed);
            removal.remove(doomed);
        }
    }

    /** Removes unused images, least recently used first, while all of them exceed the limit. */
    private void evict() throws IOException {
        long total = 0;
        var all = ImageUnpacking.all(directory).stream()
                .map(image -> new Used(image, lastUse(image)))
                .sorted(Comparator.comparing(Used::last).reversed())
                .toList();
        for (var used : all) {
            var image = used.image();
            total += size(image);
            if (total > bytes) {
                entry(image.getFileName().toString()).ifUnused(() -> remove(image));
            }
        }
    }

    /** An image and when it was used last, as it was read: others use it while all are put in order. */
    private record Used(Path image, Instant last) {}

    /** Removes what killed workers left of images that they were unpacking or removing; returns what it was. */
    List<String> removeUnfinished() throws IOException {
        var removed = new ArrayList<String>();
        for (var unfinished : ImageUnpacking.unfinished(directory)) {
            var name = unfinished.getFileName().toString();
            entry(name.substring(1, name.lastIndexOf('.'))).ifUnused(() -> {
                if (Files.exists(unfinished)) { // it may be finished by now
                    removal.remove(unfinished);
                    removed.add(name);
                }
            });
        }
        return removed;
    }

    private static Instant lastUse(Path image) {
        try {
            return Files.getLastModifiedTime(lockFile(image)).toInstant();
        } catch (IOException e) {
            return Instant.EPOCH;
        }
    }

    private static long size(Path image) {
        try {
            return Long.parseLong(Files.readString(image.resolve("bytes"))) + PackedForms.bytes(image);
        } catch (IOException e) {
            return 0;
        }
    }

    private static Path lockFile(Path image) {
        return image.resolveSibling("." + image.getFileName() + ".lock");
    }

    private interface Change {
        void make() throws IOException;
    }

    private interface Making {
        void make() throws IOException, InterruptedException, BuildFailedException, Stopped;
    }

    /** This process's state of one image; the file lock belongs to the process, so its users are counted here. */
    private static final class Entry {

        private final ReentrantLock turn = new ReentrantLock();
        private final Path image;
        private int users;
        private @Nullable FileChannel channel;

        Entry(Path image) {
            this.image = image;
        }

        void take(Making making) throws IOException, InterruptedException, BuildFailedException, Stopped {
            turn.lockInterruptibly();
            try {
                if (users == 0) {
                    channel = open(making);
                }
                users++;
            } finally {
                turn.unlock();
            }
        }

        private FileChannel open(Making making)
                throws IOException, InterruptedException, BuildFailedException, Stopped {
            var opened = openLock();
            try {
                while (true) {
                    // Shared first: builds of other processes hold the lock as long as they run.
                    var shared = opened.lock(0, Long.MAX_VALUE, true);
                    if (Files.exists(image)) {
                        return opened;
                    }
                    shared.release();
                    var exclusive = opened.lock();
                    try {
                        making.make();
                    } finally {
                        exclusive.release();
                    }
                }
            } catch (FileLockInterruptionException e) {
                throw new InterruptedException();
            } catch (IOException | BuildFailedException | InterruptedException | Stopped | RuntimeException e) {
                opened.close();
                throw e;
            }
        }

        private FileChannel openLock() throws IOException {
            return FileChannel.open(
                    lockFile(image), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        }

        void release() throws IOException {
            turn.lock();
            try {
                users--;
                if (users == 0 && channel != null) {
                    var closing = channel;
                    channel = null;
                    try {
                        Files.setLastModifiedTime(lockFile(image), FileTime.from(Instant.now()));
                    } finally {
                        closing.close();
                    }
                }
            } finally {
                turn.unlock();
            }
        }

        void ifUnused(Change change) throws IOException {
            if (!turn.tryLock()) {
                return;
            }
            try {
                // While the image is in use here the file is not even opened: closing it would release this process's
                // lock.
                if (users == 0) {
                    alone(change);
                }
            } finally {
                turn.unlock();
            }
        }

        private void alone(Change change) throws IOException {
            try (var opened = openLock();
                    var lock = opened.tryLock()) {
                if (lock != null) {
                    change.make();
                }
            }
        }
    }
}
