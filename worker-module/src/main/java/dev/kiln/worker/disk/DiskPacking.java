package dev.kiln.worker.disk;

import dev.kiln.image.ImageForm;
import dev.kiln.image.archive.ArchiveLimits;
import dev.kiln.image.archive.TarEntry;
import dev.kiln.image.archive.TarReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Makes a disk of a base and the layers over it: the changes are written into a copy of the base's file. For ext
 * debugfs writes them, without clock and randomness, so that equal layers on an equal base give equal bytes; for other
 * file systems the kernel does.
 */
public final class DiskPacking {

    private static final String BANNER = "debugfs ";
    private static final long BLOCK = 4096;
    private static final long INODE = 256;
    private static final long MEBI = 1 << 20;
    private static final long SPARE = 64 * MEBI;

    private final DiskTools tools;
    private final Path scratch;
    private final OpenedDisk base;
    private final Path baseDirectory;
    private final Consumer<String> notes;

    /**
     * Packs in a scratch directory.
     *
     * @param baseDirectory where the base was opened
     * @param notes takes messages for the build's log
     */
    public DiskPacking(DiskTools tools, Path scratch, OpenedDisk base, Path baseDirectory, Consumer<String> notes) {
        this.tools = tools;
        this.scratch = scratch;
        this.base = base;
        this.baseDirectory = baseDirectory;
        this.notes = notes;
    }

    /**
     * Makes a disk that contains the layers up to the top one, and returns its file: a compressed qcow2 file of size
     * {@code most}; or a raw file no larger than necessary, because each of its bytes is stored and copied.
     */
    public Path pack(int top, long most, ImageForm.Kind kind)
            throws IOException, InterruptedException, DiskFailedException {
        var made = Files.createDirectories(scratch.resolve("made"));
        var disk = copy(made);
        var root = base.root().partition();
        var changes = changes(top);
        long diskBytes = kind == ImageForm.Kind.RAW ? Math.min(most, least(changes)) : most;
        long bytes = GrownTable.grow(disk, base.layout(), root, diskBytes);
        if (bytes == root.bytes() && diskBytes > Files.size(OpenedDisk.disk(baseDirectory))) {
            notes.accept(
                    "the root partition stays as large as it is: it is not the last of the disk, or would gain little");
        }
        var byKernel = base.byKernel();
        if (byKernel.isPresent()) {
            new MountedWriting(tools, scratch, base, byKernel.get(), baseDirectory).write(disk, bytes, changes);
        } else {
            var system = new FileSystemCheck(tools, disk, root.start(), base.modified());
            if (bytes > root.bytes()) {
                system.grow(bytes);
                GrownTable.complete(disk, base.layout(), root, diskBytes);
            }
            write(system, changes);
            system.requireClean();
            system.finish();
        }
        return kind == ImageForm.Kind.RAW ? Files.move(disk, made.resolve("image.raw")) : compress(disk, made);
    }

    /** A size that certainly holds the base and the changes, in whole mebibytes. */
    private long least(LayerChanges changes) throws IOException {
        long written = changes.all().values().stream()
                .flatMap(change -> change.entry().stream())
                .mapToLong(DiskPacking::taken)
                .sum();
        // GrownTable does not grow a partition that would gain less than lies before it.
        long spare = Math.max(SPARE, base.root().partition().start() + MEBI);
        long bytes = Files.size(OpenedDisk.disk(baseDirectory)) + written + written / 4 + spare;
        return (bytes + MEBI - 1) / MEBI * MEBI;
    }

    /** What a file or directory takes in a file system with blocks of 4 KiB, including its inode. */
    private static long taken(TarEntry entry) {
        return Math.max(1, (entry.size() + BLOCK - 1) / BLOCK) * BLOCK + INODE;
    }

    private Path copy(Path made) throws IOException, InterruptedException, DiskFailedException {
        run(ToolRun.of("cp", "--reflink=auto", "--sparse=auto", "/disk/base", "/disk/made/disk")
                .reading(OpenedDisk.disk(baseDirectory), "base")
                .writing(made, "made"));
        return made.resolve("disk");
    }

    private void write(FileSystemCheck system, LayerChanges changes)
            throws IOException, InterruptedException, DiskFailedException {
        var script = scratch.resolve("script");
        var values = Files.createDirectories(scratch.resolve("values"));
        try (var commands = new DebugfsScript(script, values, base.modified())) {
            commands.write(changes, TreeListing.read(OpenedDisk.listing(baseDirectory), changes));
        }
        var line = system.environment("debugfs", "-w", "-f", ToolRun.PLACE + "script", system.name());
        var layers = Files.createDirectories(scratch.resolve("layers"));
        var said = tools.run(ToolRun.of(line.toArray(String[]::new))
                .writing(system.disk(), "disk")
                .reading(layers, "layers")
                .reading(values, "values")
                .reading(script, "script"));
        // debugfs goes on after a failed command, and its exit status is still 0.
        var errors =
                said.errors().lines().filter(each -> !each.startsWith(BANNER)).toList();
        if (said.status() != 0 || !errors.isEmpty()) {
            fail(errors.isEmpty() ? "status " + said.status() : errors.get(0));
        }
    }

    private static void fail(String error) throws IOException, DiskFailedException {
        // "No free space in the directory" would be a fault of the script: other directories may have room.
        if (error.contains("allocate") || error.contains("No space")) {
            throw full(error);
        }
        throw new IOException("writing to the disk failed: " + error);
    }

    static DiskFailedException full(String error) {
        return new DiskFailedException(
                "BuildCommand.DiskLimitExceeded",
                "the disk's root file system is full; make SystemDiskSize of the template larger, or let commands"
                        + " write less: " + error);
    }

    private LayerChanges changes(int top) throws IOException, InterruptedException, DiskFailedException {
        var changes = new LayerChanges();
        for (int index = 1; index <= top; index++) {
            var layer = scratch.resolve("layers").resolve(Integer.toString(index));
            if (Files.isDirectory(layer)) {
                changes.begin(index);
                read(layer, changes);
            }
        }
        return changes;
    }

    private void read(Path layer, LayerChanges changes) throws IOException, InterruptedException, DiskFailedException {
        var tar = ToolRun.of(
                        "tar",
                        "--create",
                        "--directory=/disk/layer",
                        "--numeric-owner",
                        "--format=posix",
                        "--xattrs",
                        "--xattrs-include=*",
                        ".")
                .reading(layer, "layer");
        var ended = tools.run(tar, stream -> {
            var reader = new TarReader(stream, ArchiveLimits.DEFAULT);
            for (var entry = reader.next(); entry != null; entry = reader.next()) {
                changes.add(LayerChanges.clean(entry.name()), entry);
                if (changes.areTooMany(Runtime.getRuntime().maxMemory())) {
                    throw new DiskFailedException(
                            "BuildCommand.DiskLimitExceeded",
                            "the commands have changed more files of the disk than this worker has memory for; let them"
                                    + " change fewer, or give the worker more");
                }
            }
            stream.transferTo(java.io.OutputStream.nullOutputStream());
        });
        if (ended.status() != 0) {
            throw new IOException("reading a layer ended with status " + ended.status() + ": " + ended.errors());
        }
    }

    private Path compress(Path disk, Path made) throws IOException, InterruptedException, DiskFailedException {
        run(ToolRun.of(
                        "qemu-img",
                        "convert",
                        "-f",
                        "raw",
                        "-O",
                        "qcow2",
                        "-c",
                        "-o",
                        "compression_type=zstd",
                        "/disk/raw",
                        "/disk/made/image.qcow2")
                .reading(disk, "raw")
                .writing(made, "made"));
        Files.delete(disk);
        return made.resolve("image.qcow2");
    }

    private void run(ToolRun tool) throws IOException, InterruptedException, DiskFailedException {
        var ended = tools.run(tool);
        if (ended.status() != 0) {
            throw new IOException(
                    tool.command().get(0) + " ended with status " + ended.status() + ": " + ended.errors());
        }
    }
}
