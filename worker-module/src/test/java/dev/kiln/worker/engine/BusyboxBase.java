package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import dev.kiln.image.ImageMetadata;
import dev.kiln.image.archive.ByteSource;
import dev.kiln.image.archive.TarEntry;
import dev.kiln.image.archive.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;

/** A root file system of one static binary, made from this machine's busybox. */
final class BusyboxBase {

    static final Instant TIME = Instant.parse("2024-01-02T03:04:05Z");

    private static final List<String> APPLETS = List.of(
            "sh cat echo ls id env sleep dd mkdir rm mknod chmod chown ps kill wget nc touch test stat awk grep head tail"
                    .split(" ", -1));

    private BusyboxBase() {}

    static BuildRequest.BaseImage image() {
        return image(bytes());
    }

    static BuildRequest.BaseImage image(byte[] archive) {
        var computation = Digest.computation();
        computation.update(archive);
        return new BuildRequest.BaseImage(Digest.of(computation), source(archive), ImageMetadata.EMPTY);
    }

    static ByteSource source(byte[] bytes) {
        return offset -> new ByteArrayInputStream(bytes, (int) offset, bytes.length - (int) offset);
    }

    static byte[] bytes() {
        var out = new ByteArrayOutputStream();
        try (var writer = new TarWriter(out)) {
            for (var directory :
                    List.of(".", "bin", "dev", "etc", "home", "home/app", "proc", "root", "run", "tmp", "var")) {
                writer.header(entry(TarEntry.Type.DIRECTORY, directory, "", directory.equals("tmp") ? 01777 : 0755, 0));
            }
            file(writer, "bin/busybox", Files.readAllBytes(Path.of("/bin/busybox")), 0755);
            for (var applet : APPLETS) {
                writer.header(entry(TarEntry.Type.SYMBOLIC_LINK, "bin/" + applet, "busybox", 0777, 0));
            }
            file(
                    writer,
                    "etc/passwd",
                    text("root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/false\n"),
                    0644);
            file(writer, "etc/group", text("root:x:0:\napp:x:1000:\nextra:x:2000:app\n"), 0644);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static void file(TarWriter writer, String name, byte[] contents, int mode) throws IOException {
        writer.entry(entry(TarEntry.Type.FILE, name, "", mode, contents.length), new ByteArrayInputStream(contents));
    }

    static TarEntry entry(TarEntry.Type type, String name, String target, int mode, long size) {
        return new TarEntry(type, name, target, mode, 0, 0, size, TIME, new TreeMap<>());
    }
}
