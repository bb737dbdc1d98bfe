package dev.kiln.standalone;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** The smallest root file system that commands can run in: one static program with many names. */
public final class BusyboxImage {

    private static final List<String> DIRECTORIES =
            List.of("bin/", "dev/", "etc/", "proc/", "root/", "run/", "sys/", "usr/", "var/");

    private BusyboxImage() {}

    /** Writes the file system as a tar archive, with this machine's busybox. */
    public static void write(Path archive) throws IOException {
        var busybox = program();
        try (var tar = new TarArchiveOutputStream(Files.newOutputStream(archive))) {
            for (var directory : DIRECTORIES) {
                put(tar, directory, 0755, new byte[0]);
            }
            put(tar, "tmp/", 01777, new byte[0]);
            put(tar, "etc/passwd", 0644, "root:x:0:0:root:/root:/bin/sh\n".getBytes(StandardCharsets.UTF_8));
            put(tar, "etc/group", 0644, "root:x:0:\n".getBytes(StandardCharsets.UTF_8));
            put(tar, "bin/busybox", 0755, Files.readAllBytes(busybox));
            for (var name : names(busybox)) {
                link(tar, "bin/" + name);
            }
        }
    }

    private static Path program() throws IOException {
        return Stream.of("/bin/busybox", "/usr/bin/busybox")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IOException("the demo's base image needs the package busybox-static"));
    }

    private static List<String> names(Path busybox) throws IOException {
        var list = new ProcessBuilder(busybox.toString(), "--list").start();
        try (var output = list.inputReader()) {
            var names = output.lines().filter(name -> !name.equals("busybox")).toList();
            if (!list.waitFor(10, TimeUnit.SECONDS) || list.exitValue() != 0) {
                throw new IOException(busybox + " --list failed");
            }
            return names;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while reading the names of " + busybox, e);
        }
    }

    private static void put(TarArchiveOutputStream tar, String name, int mode, byte[] content) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setMode(mode | (entry.isDirectory() ? 0040000 : 0100000));
        entry.setModTime(0);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    private static void link(TarArchiveOutputStream tar, String name) throws IOException {
        var entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
        entry.setLinkName("busybox");
        entry.setModTime(0);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }
}
