package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.image.Digest;
import dev.kiln.image.ImageForm;
import dev.kiln.image.ImageInspector;
import dev.kiln.image.ImageMetadata;
import dev.kiln.image.archive.ArchiveLimits;
import dev.kiln.image.archive.ByteSource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Disks of a busybox system, made by this machine's own tools: a file system for /boot, and one for everything else.
 */
final class SystemDisk {

    private static final String ID = "11111111-2222-3333-4444-55555555555";

    private final Path directory;
    private final Path tree;

    SystemDisk(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.tree = Files.createDirectory(directory.resolve("tree"));
        for (var name : "bin boot dev etc home proc root run tmp usr usr/share usr/share/old var var/lib var/lib/dpkg"
                .split(" ", -1)) {
            Files.createDirectory(tree.resolve(name));
        }
        Files.setAttribute(tree.resolve("tmp"), "unix:mode", 01777);
        Files.copy(Path.of("/bin/busybox"), tree.resolve("bin/busybox"));
        for (var applet :
                "sh cat echo ls rm mkdir ln chown chmod touch test head stat sleep seq mv dd".split(" ", -1)) {
            Files.createSymbolicLink(tree.resolve("bin").resolve(applet), Path.of("busybox"));
        }
        file("etc/passwd", "root:x:0:0::/root:/bin/sh\n");
        file("etc/fstab", "UUID=" + ID + "2 / ext4 defaults 0 1\nLABEL=BOOT /boot ext4 defaults 0 2\n# a comment\n");
        file("etc/gone", "will be removed");
        file("var/lib/dpkg/status", "Package: first\nVersion: 1\n");
        file("usr/share/old/thing", "will be hidden");
        file("usr/share/old/below", "will be hidden");
    }

    Path tree() {
        return tree;
    }

    SystemDisk file(String path, String text) throws IOException {
        Files.writeString(tree.resolve(path), text);
        return this;
    }

    /** The disk, raw, with a GUID partition table. */
    Path raw() throws Exception {
        return raw("label: gpt\nlabel-id: " + ID + "0\nstart=2048, size=8192, uuid=" + ID + "3\n"
                + "start=10240, size=65536, uuid=" + ID + "4\n");
    }

    /** The same with an index in each directory that has more than one block, as the kernel makes them. */
    Path indexed() throws Exception {
        var disk = raw();
        run("sh", "-c", "e2fsck -f -y -D '" + disk + "?offset=" + (5 << 20) + "' || [ $? = 1 ]");
        return disk;
    }

    /** The same with a master boot record. */
    Path rawWithBootRecord() throws Exception {
        return raw("label: dos\nlabel-id: 0x12345678\nstart=2048, size=8192\nstart=10240, size=65536\n");
    }

    /** The same, with an extended partition after the root that holds no logical one. */
    Path rawWithEmptyExtendedPartition() throws Exception {
        return raw("""
                label: dos
                label-id: 0x12345678
                start=2048, size=8192
                start=10240, size=65536
                start=75776, size=20480, type=5
                """);
    }

    /**
     * The same with what file systems of real systems have: a FAT for the firmware, at /efi, a device, a capability of
     * /etc/capable, and an attribute of /etc/noted.
     */
    Path rawWithAttributes() throws Exception {
        for (var name : "etc/capable etc/noted".split(" ", -1)) {
            file(name, name);
        }
        Files.createDirectory(tree.resolve("efi"));
        file("etc/fstab", Files.readString(tree.resolve("etc/fstab")) + "UUID=1234-5678 /efi vfat umask=0022 0 1\n");
        run("mknod", tree.resolve("home/null").toString(), "c", "1", "3");
        var disk = raw("label: gpt\nlabel-id: " + ID + "0\nfirst-lba: 34\nstart=64, size=1900\n"
                + "start=2048, size=8192, uuid=" + ID + "3\nstart=10240, size=65536, uuid=" + ID + "4\n");
        set(disk, "/etc/capable", "security.capability", "0100000200040000000000000000000000000000");
        set(disk, "/etc/noted", "user.note", "6e6f7465");
        var loader = Files.writeString(directory.resolve("loader"), "a loader").toString();
        var fat = directory.resolve("efi.img").toString();
        run("mkfs.fat", "-i", "12345678", "-C", fat, "900");
        run("mmd", "-i", fat, "::/EFI");
        run("mcopy", "-i", fat, loader, "::/EFI/loader");
        run("dd", "if=" + fat, "of=" + disk, "bs=512", "seek=64", "conv=notrunc", "status=none");
        return disk;
    }

    private void set(Path disk, String path, String attribute, String hexadecimal) throws Exception {
        var value = Files.write(directory.resolve("value"), HexFormat.of().parseHex(hexadecimal));
        run("debugfs", "-w", "-R", "ea_set -f " + value + " " + path + " " + attribute, disk + "?offset=" + (5 << 20));
    }

    /** A disk whose root file system is an XFS, which has at least 300 MiB, most of them taken. */
    Path rawWithXfs() throws Exception {
        return xfs("fallocate -l 190M $at/home/taken && umount $at");
    }

    /** The same as a machine leaves it whose power goes: what was done last is in the log alone. */
    Path rawWithXfsInUse() throws Exception {
        return xfs("xfs_io -x -c 'shutdown -f' $at");
    }

    private Path xfs(String end) throws Exception {
        return byKernel("mkfs.xfs -q -L ROOT", 304, "mount -o loop $image $at && cp -a $tree/. $at && " + end);
    }

    /** A disk whose root file system is a Btrfs without subvolumes, its files compressed. */
    Path rawWithBtrfs() throws Exception {
        return rawWithBtrfs("cp -a $tree/. $at");
    }

    /** A disk with a Btrfs that a script fills, which knows it as $at, and the system's files as $tree. */
    Path rawWithBtrfs(String fill) throws Exception {
        var mkfs = "mkfs.btrfs -q -L ROOT";
        return byKernel(mkfs, 128, "mount -o loop,compress-force=zstd $image $at\n" + fill + "\numount $at");
    }

    private Path byKernel(String mkfs, int mebibytes, String script) throws Exception {
        var image = directory.resolve("root.img");
        var at = Files.createDirectory(directory.resolve("mounted"));
        var names = "set -e; image=" + image + " at=" + at + " tree=" + tree + "\n";
        var make = "truncate -s " + mebibytes + "M $image\n" + mkfs + " $image\n";
        run("unshare", "--mount", "--propagation", "private", "sh", "-c", names + make + script);
        var table = "label: gpt\nstart=2048, size=8192, attrs=LegacyBIOSBootable\nstart=10240, size=" + mebibytes * 2048
                + "\n";
        return disk(table, mebibytes + 8 + "M");
    }

    /** A disk with one of the two devices that a Btrfs is on. */
    Path rawWithOneOfTwoBtrfs() throws Exception {
        var script = "truncate -s 128M $image.2; mkfs.btrfs -q -f $image $image.2";
        return byKernel("mkfs.btrfs -q", 128, script);
    }

    private Path raw(String table) throws Exception {
        fileSystem("root.img", tree, "32M", "ROOT", "2");
        return disk(table, "48M");
    }

    private Path disk(String table, String size) throws Exception {
        var boot = Files.createDirectory(directory.resolve("boot"));
        Files.writeString(boot.resolve("kernel"), "a kernel");
        fileSystem("boot.img", boot, "4M", "BOOT", "1");
        var disk = directory.resolve("disk.raw");
        run("truncate", "-s", size, disk.toString());
        feed(table, "sfdisk", "-q", disk.toString());
        put("boot.img", disk, 1);
        put("root.img", disk, 5);
        return disk;
    }

    private void fileSystem(String image, Path from, String size, String label, String id) throws Exception {
        run(
                "mke2fs",
                "-q",
                "-t",
                "ext4",
                "-L",
                label,
                "-U",
                ID + id,
                "-E",
                "hash_seed=" + ID + id,
                "-d",
                from.toString(),
                directory.resolve(image).toString(),
                size);
    }

    private void put(String image, Path disk, int mebibytes) throws Exception {
        run(
                "dd",
                "if=" + directory.resolve(image),
                "of=" + disk,
                "bs=1M",
                "seek=" + mebibytes,
                "conv=notrunc,sparse",
                "status=none");
    }

    /** The same disk in another format of QEMU's. */
    static Path converted(Path disk, String format) throws Exception {
        var made = disk.resolveSibling("disk." + format);
        run("qemu-img", "convert", "-O", format, disk.toString(), made.toString());
        return made;
    }

    /** As it would be after an upload in packed form, which is read faster. */
    static BuildRequest.BaseImage packed(Path raw) throws Exception {
        return image(converted(raw, "qcow2"));
    }

    /** As it would be after an upload. */
    static BuildRequest.BaseImage image(Path file) throws Exception {
        ByteSource source = source(file);
        var facts = new ImageInspector(ArchiveLimits.DEFAULT).inspect(source, Files.size(file));
        return image(file, facts.form());
    }

    /** As it would be if that had been accepted. */
    static BuildRequest.BaseImage image(Path file, ImageForm form) throws IOException {
        return new BuildRequest.BaseImage(Digest.of(file), source(file), form, ImageMetadata.EMPTY);
    }

    private static ByteSource source(Path file) {
        return offset -> {
            var in = Files.newInputStream(file);
            in.skipNBytes(offset);
            return in;
        };
    }

    static String run(String... command) throws Exception {
        return feed("", command);
    }

    private static String feed(String input, String... command) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (OutputStream out = process.getOutputStream()) {
            out.write(input.getBytes(StandardCharsets.UTF_8));
        }
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(List.of(command) + ": " + said).isZero();
        return said;
    }
}
