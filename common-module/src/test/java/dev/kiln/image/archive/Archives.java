package dev.kiln.image.archive;

import dev.kiln.image.Digest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Makes archives for tests, entry by entry. */
final class Archives {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarWriter writer = new TarWriter(bytes);

    /** Wraps a compressor around a stream. */
    interface Packing {
        OutputStream over(OutputStream out) throws IOException;
    }

    static TarEntry entry(TarEntry.Type type, String name, String target) {
        return new TarEntry(type, name, target, 0755, 0, 0, 0, Instant.ofEpochSecond(1000), new TreeMap<>());
    }

    Archives directory(String name) {
        return add(entry(TarEntry.Type.DIRECTORY, name, ""));
    }

    Archives link(String name, String target) {
        return add(entry(TarEntry.Type.SYMBOLIC_LINK, name, target));
    }

    Archives hardLink(String name, String target) {
        return add(entry(TarEntry.Type.HARD_LINK, name, target));
    }

    Archives add(TarEntry entry) {
        try {
            writer.header(entry);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Archives file(String name, String text) {
        return file(name, text.getBytes(StandardCharsets.UTF_8));
    }

    Archives file(String name, byte[] contents) {
        var plain = entry(TarEntry.Type.FILE, name, "");
        var entry =
                new TarEntry(plain.type(), name, "", 0644, 0, 0, contents.length, plain.modified(), plain.attributes());
        try {
            writer.entry(entry, new ByteArrayInputStream(contents));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] bytes() {
        try {
            writer.close();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ByteSource source(byte[] bytes) {
        return offset -> new ByteArrayInputStream(bytes, (int) offset, bytes.length - (int) offset);
    }

    static byte[] packed(byte[] bytes, Packing packing) {
        var out = new ByteArrayOutputStream();
        try (var stream = packing.over(out)) {
            stream.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static String digest(byte[] bytes) {
        var computation = Digest.computation();
        computation.update(bytes);
        return Digest.of(computation).value();
    }

    /** An OCI archive of the layers, with a configuration. */
    static Archives oci(String config, byte[]... layers) {
        var blobs = new LinkedHashMap<String, byte[]>();
        var descriptors = new StringBuilder();
        for (var layer : layers) {
            descriptors.append(descriptors.isEmpty() ? "" : ",").append(descriptor(blobs, layer, ""));
        }
        var configDescriptor = descriptor(blobs, config.getBytes(StandardCharsets.UTF_8), "");
        var manifest = "{\"config\":" + configDescriptor + ",\"layers\":[" + descriptors + "]}";
        var platform = ",\"platform\":{\"os\":\"linux\",\"architecture\":\"" + architecture() + "\"}";
        var other = ",\"platform\":{\"os\":\"linux\",\"architecture\":\"s390x\"}";
        var index = "{\"manifests\":[" + descriptor(new LinkedHashMap<>(), new byte[1], other) + ","
                + descriptor(blobs, manifest.getBytes(StandardCharsets.UTF_8), platform) + "]}";
        var archive = new Archives().file("oci-layout", "{}").file("index.json", index);
        blobs.forEach((name, bytes) -> archive.file(name, bytes));
        return archive;
    }

    private static String architecture() {
        return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    }

    private static String descriptor(Map<String, byte[]> blobs, byte[] bytes, String more) {
        var digest = digest(bytes);
        blobs.put("blobs/sha256/" + digest.substring(7), bytes);
        return "{\"digest\":\"" + digest + "\",\"size\":" + bytes.length + more + "}";
    }
}
