package dev.kiln.image;

import java.util.List;
import java.util.Map;

/**
 * What an image says of itself beside its files: the result of LABEL, ENV, WORKDIR, USER, CMD and ENTRYPOINT. An empty
 * text or list means "not set".
 */
public record ImageMetadata(
        Map<String, String> labels,
        Map<String, String> environment,
        String workingDirectory,
        String user,
        List<String> command,
        List<String> entrypoint) {

    public static final ImageMetadata EMPTY = new ImageMetadata(Map.of(), Map.of(), "", "", List.of(), List.of());
}
