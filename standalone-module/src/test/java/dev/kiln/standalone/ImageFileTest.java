package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFileTest {

    @TempDir
    private Path directory;

    @Test
    void readsAFileOutOfTheDemosBaseImage() throws IOException {
        var archive = directory.resolve("base.tar");
        BusyboxImage.write(archive);
        var compressed = directory.resolve("base.tar.zst");
        try (var zstd = new ZstdOutputStream(Files.newOutputStream(compressed))) {
            Files.copy(archive, zstd);
        }

        var image = new ImageFile(compressed);
        assertThat(image.text("etc/passwd")).isEqualTo("root:x:0:0:root:/root:/bin/sh\n");
        assertThat(image.digest()).isEqualTo(new ImageFile(compressed).digest());
        assertThatThrownBy(() -> image.text("etc/shadow")).isInstanceOf(IOException.class);
    }
}
