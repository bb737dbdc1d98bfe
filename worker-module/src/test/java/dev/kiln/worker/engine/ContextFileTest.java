package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.image.ImageMetadata;
import dev.kiln.image.archive.TarEntry;
import dev.kiln.image.archive.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What COPY takes out of a context, and where it puts it. */
class ContextFileTest {

    @TempDir
    private Path directory;

    private interface Entries {
        void write(TarWriter writer) throws IOException;
    }

    /** What the commands print, with a base image whose commands begin in /srv/app. */
    private String printed(String content, Entries entries) throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var writer = new TarWriter(bytes)) {
            entries.write(writer);
        }
        var image = BusyboxBase.image();
        var none = ImageMetadata.EMPTY;
        var metadata = new ImageMetadata(Map.of(), Map.of(), "/srv/app", "", List.of(), List.of(), none.kernel(), null);
        var output = new RecordedOutput();
        var request = new BuildRequest(
                "exec-context",
                new BuildRequest.BaseImage(image.digest(), image.archive(), metadata),
                BuildEngineContract.commands(content),
                Optional.of(BusyboxBase.source(bytes.toByteArray())),
                false,
                1 << 20);
        new SandboxBuildEngine(EngineSettings.in(directory)).test(request, output);
        return output.text();
    }

    private static void link(TarWriter writer, String name, String target) throws IOException {
        writer.header(BusyboxBase.entry(TarEntry.Type.HARD_LINK, name, target, 0644, 0));
    }

    @Test
    void theSecondNameOfAFileIsAFileToo() throws Exception {
        assertThat(printed("COPY ./b /x\nCOPY c /x\nRUN cat /x/b /x/c", writer -> {
                    BusyboxBase.file(writer, "./a", BusyboxBase.text("one\n"), 0644);
                    link(writer, "./b", "./a");
                    link(writer, "c", "b");
                    BusyboxBase.file(writer, "other", BusyboxBase.text("two\n"), 0644);
                }))
                .isEqualTo("one\none\n");
    }

    @Test
    void aLinkLeadsToWhatWasBeforeItAndNotInCircles() throws Exception {
        assertThat(printed("COPY a /x\nRUN cat /x/a", writer -> {
                    BusyboxBase.file(writer, "a", BusyboxBase.text("one\n"), 0644);
                    link(writer, "b", "a");
                    link(writer, "a", "b");
                }))
                .isEqualTo("one\n");
        assertThatThrownBy(() -> printed("COPY n40 /x", writer -> {
                    BusyboxBase.file(writer, "n0", BusyboxBase.text("one\n"), 0644);
                    for (int number = 1; number <= 40; number++) {
                        link(writer, "n" + number, "n" + (number - 1));
                    }
                }))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("\"n40\" leads over more than 32 hard links");
    }

    @Test
    void relativePathsContinueTheBaseImagesDirectory() throws Exception {
        Entries file = writer -> BusyboxBase.file(writer, "a", BusyboxBase.text("one\n"), 0644);
        assertThat(printed("COPY a ../etc\nWORKDIR ../../opt\nRUN pwd; cat /srv/etc/a", file))
                .isEqualTo("/opt\none\n");
        assertThatThrownBy(() -> printed("COPY a ../../../etc", file))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("\"../../../etc\" leaves the image by \"..\" from /srv/app");
        assertThatThrownBy(() -> printed("WORKDIR ../../..", file))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("\"../../..\" leaves the image by \"..\" from /srv/app");
    }
}
