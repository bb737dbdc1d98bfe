package dev.kiln.image.archive;

import dev.kiln.image.Architecture;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageMetadata;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An OCI layout's image for this machine, or its only one: the layers and the configuration. Each blob is found by its
 * digest.
 */
final class OciLayout {

    // Parsed JSON takes many times the memory of its text; an index of a hundred platforms has 3,000 parts.
    private static final int MOST_PARTS = 100_000;
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxTokenCount(MOST_PARTS)
                            .build())
                    .build())
            .build();
    private static final int DEEPEST = 3;

    /** Architectures that workers can build on, also where they differ from this machine's. */
    private static final Set<String> KNOWN = Set.of("amd64", "arm64", "386");

    private final ByteSource source;
    private final ArchiveLimits limits;
    private final Map<String, ArchiveContents.Blob> blobs;

    OciLayout(ByteSource source, ArchiveLimits limits, Map<String, ArchiveContents.Blob> blobs) {
        this.source = source;
        this.limits = limits;
        this.blobs = blobs;
    }

    ArchiveContents read() throws IOException {
        var manifest = manifest();
        var configuration = json(digest(manifest.path("config")));
        var layers = new ArrayList<ArchiveLayer>();
        for (var layer : manifest.path("layers")) {
            var digest = digest(layer);
            var blob = blob(path(digest));
            layers.add(new ArchiveLayer(source, blob.offset(), blob.length(), Optional.of(digest), limits));
        }
        if (layers.isEmpty() || layers.size() > limits.layers()) {
            throw new RefusedStreamException(
                    "the image has " + layers.size() + " layers; 1 to " + limits.layers() + " are accepted");
        }
        return new ArchiveContents(ArchiveFacts.Format.OCI, List.copyOf(layers), metadata(configuration));
    }

    /** Keeps nothing of an index except what it leads to. */
    private JsonNode manifest() throws IOException {
        var next = chosen(json("index.json", Optional.empty()));
        for (int depth = 1; depth <= DEEPEST; depth++) {
            var found = json(next);
            if (!found.has("manifests")) {
                return found;
            }
            next = chosen(found);
        }
        throw new RefusedStreamException(
                "the OCI index leads through more than " + DEEPEST + " others to an image; export one image");
    }

    private static Digest chosen(JsonNode index) throws RefusedStreamException {
        var chosen = choose(index.path("manifests"));
        if (chosen == null) {
            throw new RefusedStreamException("the OCI index names no image for linux/" + architecture()
                    + ", and not one image of another known platform; export one image");
        }
        return digest(chosen);
    }

    private static @Nullable JsonNode choose(JsonNode choices) {
        JsonNode only = null;
        int linux = 0;
        for (var choice : choices) {
            var platform = choice.path("platform");
            var architecture = platform.path("architecture").asString("");
            boolean isLinux = platform.path("os").asString("").equals("linux");
            if (isLinux && architecture.equals(architecture())) {
                return choice;
            }
            if (isLinux && KNOWN.contains(architecture)) {
                linux++;
                only = choice;
            } else if (platform.isMissingNode() && choices.size() == 1) {
                return choice;
            }
        }
        return linux == 1 ? only : null;
    }

    private static String architecture() {
        var name = System.getProperty("os.arch", "");
        return switch (name) {
            case "x86_64", "amd64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> name;
        };
    }

    private static @Nullable String word(String architecture) {
        return switch (architecture) {
            case "amd64" -> Architecture.X86_64.word();
            case "arm64" -> Architecture.ARM64.word();
            case "386" -> Architecture.I386.word();
            default -> null;
        };
    }

    private static Digest digest(JsonNode descriptor) throws RefusedStreamException {
        try {
            return new Digest(descriptor.path("digest").asString(""));
        } catch (IllegalArgumentException e) {
            throw new RefusedStreamException("the OCI image refers to a blob whose " + e.getMessage());
        }
    }

    private static String path(Digest digest) {
        return "blobs/sha256/" + digest.hex();
    }

    private ArchiveContents.Blob blob(String path) throws RefusedStreamException {
        var blob = blobs.get(path);
        if (blob == null) {
            throw new RefusedStreamException(
                    "the OCI image lacks " + TarEntry.shown(path) + "; export it with all of its layers");
        }
        return blob;
    }

    private JsonNode json(Digest digest) throws IOException {
        return json(path(digest), Optional.of(digest));
    }

    private JsonNode json(String path, Optional<Digest> expected) throws IOException {
        var blob = blob(path);
        if (blob.length() > limits.jsonBytes()) {
            throw new RefusedStreamException(path + " is longer than " + limits.jsonBytes() + " bytes");
        }
        try (var in = ArchiveLayer.open(source, blob.offset(), blob.length())) {
            var bytes = in.readAllBytes();
            if (expected.isPresent()) {
                var computation = Digest.computation();
                computation.update(bytes);
                ArchiveLayer.verify(expected.get(), Digest.of(computation));
            }
            return JSON.readTree(bytes);
        } catch (StreamConstraintsException e) {
            throw new RefusedStreamException(path + " is JSON of more than " + MOST_PARTS
                    + " parts, or nested deeper than an image's; export one image, with fewer annotations");
        } catch (JacksonException e) {
            throw new RefusedStreamException(path + " is not valid JSON: " + e.getOriginalMessage());
        }
    }

    private static ImageMetadata metadata(JsonNode configuration) throws RefusedStreamException {
        var config = configuration.path("config");
        var environment = new LinkedHashMap<String, String>();
        for (var variable : list(config.path("Env"))) {
            int equals = variable.indexOf('=');
            if (equals < 1) {
                throw new RefusedStreamException(
                        "the image's environment holds " + TarEntry.shown(variable) + ", which is no NAME=value");
            }
            environment.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
        var labels = new LinkedHashMap<String, String>();
        for (var label : config.path("Labels").properties()) {
            labels.put(text(label.getKey()), text(label.getValue().asString("")));
        }
        return new ImageMetadata(
                Collections.unmodifiableMap(labels),
                Collections.unmodifiableMap(environment),
                text(config.path("WorkingDir").asString("")),
                text(config.path("User").asString("")),
                list(config.path("Cmd")),
                list(config.path("Entrypoint")),
                null,
                word(configuration.path("architecture").asString("")));
    }

    private static List<String> list(JsonNode array) throws RefusedStreamException {
        var texts = new ArrayList<String>();
        for (var element : array) {
            texts.add(text(element.asString("")));
        }
        return List.copyOf(texts);
    }

    private static String text(String text) throws RefusedStreamException {
        if (text.indexOf('\0') >= 0) {
            throw new RefusedStreamException("the image's configuration holds a NUL character");
        }
        return text;
    }
}
