package dev.kiln.worker.disk;

import dev.kiln.execution.Ability;
import dev.kiln.image.Architecture;
import dev.kiln.image.ImageForm;
import dev.kiln.image.disk.DiskLayout;
import dev.kiln.image.disk.DiskReader;
import dev.kiln.image.disk.DiskRefusedException;
import dev.kiln.image.disk.FileSystem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Opens the disk in a file, once for all builds on it: QEMU checks its header a second time and makes it raw, fsck
 * checks each file system before the kernel sees it, and the root file system is found. Where the kernel may not mount,
 * the contents of the file systems are copied.
 */
public final class DiskOpening {

    private final DiskTools tools;
    private final Set<Ability> able;

    /**
     * @param able the abilities of this worker; the kernel is given a file system to write only if its ability is among
     *     them
     */
    public DiskOpening(DiskTools tools, Set<Ability> able) {
        this.tools = tools;
        this.able = able;
    }

    /** Makes {@code disk} and its facts of the image file in the directory, and removes that file. */
    public OpenedDisk open(Path image, ImageForm form, Path directory)
            throws IOException, InterruptedException, DiskFailedException {
        long bytes = lookAgain(image, form);
        convert(image, form, directory);
        Files.delete(image);
        var disk = OpenedDisk.disk(directory);
        if (Files.size(disk) != bytes) {
            throw new IOException("QEMU made " + Files.size(disk) + " bytes of a disk of " + bytes);
        }
        var layout = layout(disk);
        var search = new RootSearch(tools, directory);
        var root = root(search, layout, directory);
        var mounts = new NestedSubvolumes(tools, directory).nest(root, search.mounts(root, layout));
        list(mounts.get(0), directory);
        var opened = new OpenedDisk(
                layout,
                root.part(),
                root.mode(),
                root.uid(),
                root.gid(),
                tools.mayMount() ? mounts : new FileSystemCopies(tools, directory).of(mounts),
                Math.max(1, root.part().fileSystem().modified()),
                search.programs(root).architecture().map(Architecture::word).orElse(null));
        opened.save(directory);
        return opened;
    }

    /** File systems that have tools for writing come first: the kernel is given one to write only if necessary. */
    private RootSearch.Root root(RootSearch search, DiskLayout layout, Path directory)
            throws IOException, InterruptedException, DiskFailedException {
        var ext = layout.candidates(Set.of(FileSystem.Kind.EXT));
        for (var part : ext) {
            long modified = part.fileSystem().modified();
            new FileSystemCheck(
                            tools, OpenedDisk.disk(directory), part.partition().start(), modified)
                    .repair();
        }
        var found = search.find(ext);
        if (found.isPresent()) {
            return found.get();
        }
        return new KernelRoots(tools, able, directory)
                .find(layout)
                .orElseThrow(() -> refused("no partition of the disk holds a root file system with the directories /etc"
                        + " and /usr: " + layout.shown()));
    }

    private long lookAgain(Path image, ImageForm form) throws IOException, InterruptedException, DiskFailedException {
        var said = tools.run(ToolRun.of(
                        "qemu-img", "info", "--output=json", "-f", form.kind().driver(), "/disk/image")
                .reading(image, "image"));
        if (said.status() != 0) {
            throw refused("QEMU does not open the disk: " + said.errors());
        }
        var info = new JsonMapper().readTree(said.output());
        var data = info.path("format-specific").path("data");
        if (info.has("backing-filename") || info.has("full-backing-filename") || data.has("data-file")) {
            throw refused("the disk needs another file; import it flattened (qemu-img convert)");
        }
        if (info.path("encrypted").asBoolean(false) || data.path("corrupt").asBoolean(false)) {
            throw refused("the disk is encrypted or corrupt; decrypt it, or repair it with qemu-img check");
        }
        return diskBytes(info, form);
    }

    /** Rounding to their geometry makes some VHD smaller than they say; no disk may be larger than was accepted. */
    private static long diskBytes(JsonNode info, ImageForm form) throws DiskFailedException {
        long bytes = info.path("virtual-size").asLong(0);
        boolean same = form.kind() == ImageForm.Kind.VHD ? bytes <= form.diskBytes() : bytes == form.diskBytes();
        if (bytes <= 0 || !same) {
            throw refused("the disk has " + bytes + " bytes for QEMU, and " + form.diskBytes() + " by its header");
        }
        return bytes;
    }

    private void convert(Path image, ImageForm form, Path directory)
            throws IOException, InterruptedException, DiskFailedException {
        var made = Files.createDirectory(directory.resolve("made"));
        var said = tools.run(ToolRun.of(
                        "qemu-img",
                        "convert",
                        "-f",
                        form.kind().driver(),
                        "-O",
                        "raw",
                        "/disk/image",
                        "/disk/made/disk")
                .reading(image, "image")
                .writing(made, "made"));
        if (said.status() != 0) {
            var text = "QEMU does not read the disk: " + said.errors();
            if (text.contains("No space left") || text.contains("Resource temporarily unavailable")) {
                throw new IOException(text);
            }
            throw refused(text);
        }
        Files.move(made.resolve("disk"), OpenedDisk.disk(directory));
        Files.delete(made);
    }

    /** The layout of a raw disk that can be built on. */
    static DiskLayout layout(Path disk) throws IOException, DiskFailedException {
        try {
            var layout = DiskLayout.read(new DiskReader(offset -> from(disk, offset), Files.size(disk)));
            layout.requireRoot();
            return layout;
        } catch (DiskRefusedException e) {
            throw refused(e.getMessage());
        }
    }

    private static InputStream from(Path disk, long offset) throws IOException {
        return Channels.newInputStream(FileChannel.open(disk).position(offset));
    }

    private void list(FileSystemMount root, Path directory)
            throws IOException, InterruptedException, DiskFailedException {
        var find = Mounting.tool(root, directory, "find", "/disk/root", "-mindepth", "1", "-printf", "%y%P\\0");
        var listing = OpenedDisk.listing(directory);
        try {
            Mounting.good(tools.run(find, found -> Files.copy(found, listing)));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static DiskFailedException refused(String why) {
        return new DiskFailedException(DiskFailedException.REFUSED, why);
    }
}
