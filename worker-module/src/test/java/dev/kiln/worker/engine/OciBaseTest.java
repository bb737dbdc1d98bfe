package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.image.Digest;
import dev.kiln.image.archive.TarEntry;
import dev.kiln.image.archive.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The layers of an OCI image are put over each other as OCI says. */
class OciBaseTest {

    @TempDir
    private Path directory;

    private interface Layer {
        void write(TarWriter writer) throws IOException;
    }

    private static byte[] tar(Layer layer) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var writer = new TarWriter(out)) {
            layer.write(writer);
        }
        return out.toByteArray();
    }

    private static void directories(TarWriter writer, String... names) throws IOException {
        for (var name : names) {
            writer.header(BusyboxBase.entry(TarEntry.Type.DIRECTORY, name, "", 0755, 0));
        }
    }

    private static String descriptor(Map<String, byte[]> blobs, byte[] bytes) {
        var computation = Digest.computation();
        computation.update(bytes);
        var digest = Digest.of(computation);
        blobs.put("blobs/sha256/" + digest.hex(), bytes);
        return "{\"digest\":\"" + digest + "\"}";
    }

    private static byte[] image(byte[]... layers) throws IOException {
        var blobs = new LinkedHashMap<String, byte[]>();
        var list = new StringBuilder();
        for (var layer : layers) {
            list.append(list.isEmpty() ? "" : ",").append(descriptor(blobs, layer));
        }
        var config = descriptor(blobs, BusyboxBase.text("{}"));
        var manifest = descriptor(blobs, BusyboxBase.text("{\"config\":" + config + ",\"layers\":[" + list + "]}"));
        return tar(writer -> {
            BusyboxBase.file(writer, "index.json", BusyboxBase.text("{\"manifests\":[" + manifest + "]}"), 0644);
            for (var blob : blobs.entrySet()) {
                BusyboxBase.file(writer, blob.getKey(), blob.getValue(), 0644);
            }
        });
    }

    @Test
    void whiteoutsAndChangedTypesTakeEffect() throws Exception {
        var none = new byte[0];
        var middle = tar(writer -> {
            directories(writer, "a", "b", "b/old", "c");
            BusyboxBase.file(writer, "a/gone", none, 0644);
            BusyboxBase.file(writer, "a/stays", none, 0644);
            BusyboxBase.file(writer, "b/old/f", none, 0644);
            BusyboxBase.file(writer, "c/f", none, 0644);
            writer.header(BusyboxBase.entry(TarEntry.Type.SYMBOLIC_LINK, "d", "a", 0777, 0));
        });
        var upper = tar(writer -> {
            BusyboxBase.file(writer, "a/.wh.gone", none, 0644);
            directories(writer, "b", "d");
            BusyboxBase.file(writer, "b/.wh..wh..opq", none, 0644);
            BusyboxBase.file(writer, "b/new", none, 0644);
            BusyboxBase.file(writer, "c", none, 0644);
            BusyboxBase.file(writer, "d/inner", none, 0644);
            BusyboxBase.file(writer, "large", new byte[1 << 20], 0644);
            BusyboxBase.file(writer, "larger", new byte[2 << 20], 0644);
        });
        var output = new RecordedOutput();
        var request = new BuildRequest(
                "exec-oci",
                BusyboxBase.image(image(BusyboxBase.bytes(), middle, upper)),
                BuildEngineContract.commands("RUN echo /a/* /b/* /c /c/* /d/*"),
                Optional.empty(),
                false,
                1 << 20);
        new SandboxBuildEngine(EngineSettings.in(directory)).test(request, output);
        assertThat(output.text()).isEqualTo("/a/stays /b/new /c /c/* /d/inner\n");
    }
}
