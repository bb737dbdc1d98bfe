package dev.kiln.bench.orchestration;

import dev.kiln.bench.system.KilnSystem;
import dev.kiln.cli.RequestBody;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** The base images of the measured builds. */
public final class SourceImage {

    private SourceImage() {}

    /** An image of one directory and one small file: unpacking, packing and storing it costs next to nothing. */
    public static void writeSmallest(Path archive) throws IOException {
        try (var tar = new TarArchiveOutputStream(Files.newOutputStream(archive))) {
            var directory = new TarArchiveEntry("etc/");
            directory.setModTime(0);
            tar.putArchiveEntry(directory);
            tar.closeArchiveEntry();
            var content = "bench\n".getBytes(StandardCharsets.UTF_8);
            var file = new TarArchiveEntry("etc/hostname");
            file.setSize(content.length);
            file.setModTime(0);
            tar.putArchiveEntry(file);
            tar.write(content);
            tar.closeArchiveEntry();
        }
    }

    /** Registers the archive and returns the image's id. */
    public static String register(KilnSystem system, Path archive) throws IOException {
        return system.client()
                .rest(
                        "POST",
                        "/api/v1/images",
                        Map.of("name", "base", "regionId", KilnSystem.REGION),
                        RequestBody.file(archive))
                .path("imageId")
                .asString();
    }
}
