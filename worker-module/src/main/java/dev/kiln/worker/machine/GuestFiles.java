package dev.kiln.worker.machine;

import dev.kiln.image.archive.TarEntry;
import dev.kiln.image.archive.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;

/** The files that let commands into a machine: a shell that waits for them, and the unit by which systemd starts it. */
public final class GuestFiles {

    private static final String UNITS = "etc/systemd/system/";
    private static final String PROGRAM = "bin_t";
    private static final String UNIT = "systemd_unit_file_t";

    private GuestFiles() {}

    /** Writes the files beside the shell's tools, for a program that puts them into a file system itself. */
    public static void writeTo(Path directory) throws IOException {
        Files.writeString(directory.resolve("guest.sh"), QemuCommand.script("guest.sh"));
        Files.writeString(directory.resolve("service"), QemuCommand.script("kiln-test.service"));
        Files.writeString(directory.resolve("wants"), QemuCommand.script("kiln-test.conf"));
    }

    /**
     * Packs all files as an archive, with their paths in a root file system and their SELinux labels.
     *
     * @param tools the static tools
     */
    public static void pack(Path archive, Path tools) throws IOException {
        try (var out = Files.newOutputStream(archive);
                var writer = new TarWriter(out)) {
            directory(writer, ".kiln/", PROGRAM);
            directory(writer, ".kiln/script/", PROGRAM);
            file(writer, ".kiln/busybox", 0755, PROGRAM, Files.readAllBytes(tools));
            file(writer, ".kiln/guest.sh", 0644, PROGRAM, script("guest.sh"));
            file(writer, UNITS + "kiln-test.service", 0644, UNIT, script("kiln-test.service"));
            directory(writer, UNITS + "sysinit.target.d/", UNIT);
            file(writer, UNITS + "sysinit.target.d/kiln-test.conf", 0644, UNIT, script("kiln-test.conf"));
        }
    }

    private static byte[] script(String name) {
        return QemuCommand.script(name).getBytes(StandardCharsets.UTF_8);
    }

    private static void directory(TarWriter writer, String name, String type) throws IOException {
        writer.header(entry(TarEntry.Type.DIRECTORY, name, 0755, 0, type));
    }

    private static void file(TarWriter writer, String name, int mode, String type, byte[] bytes) throws IOException {
        writer.entry(entry(TarEntry.Type.FILE, name, mode, bytes.length, type), new ByteArrayInputStream(bytes));
    }

    private static TarEntry entry(TarEntry.Type kind, String name, int mode, long size, String type) {
        SortedMap<String, byte[]> attributes = new TreeMap<>();
        var label = "system_u:object_r:" + type + ":s0\0";
        attributes.put("security.selinux", label.getBytes(StandardCharsets.US_ASCII));
        return new TarEntry(kind, name, "", mode, 0, 0, size, Instant.now(), attributes);
    }
}
