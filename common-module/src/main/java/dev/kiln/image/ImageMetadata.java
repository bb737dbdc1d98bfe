package dev.kiln.image;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An image's metadata beside its files: the result of LABEL, ENV, WORKDIR, USER, CMD and ENTRYPOINT. An empty text or
 * list means "not set".
 *
 * @param kernel whether /boot held a kernel when the archive was inspected on arrival; null when it was not inspected
 * @param architecture what its programs are made for, as the word of an {@link Architecture}; null when not known
 */
public record ImageMetadata(
        Map<String, String> labels,
        Map<String, String> environment,
        String workingDirectory,
        String user,
        List<String> command,
        List<String> entrypoint,
        @Nullable Boolean kernel,
        @Nullable String architecture) {

    public static final ImageMetadata EMPTY =
            new ImageMetadata(Map.of(), Map.of(), "", "", List.of(), List.of(), null, null);

    /** This metadata after an inspection of the archive. */
    public ImageMetadata withKernel(boolean found) {
        return new ImageMetadata(labels, environment, workingDirectory, user, command, entrypoint, found, architecture);
    }

    /** This metadata for an image for these processors. */
    public ImageMetadata withArchitecture(Architecture found) {
        return new ImageMetadata(
                labels, environment, workingDirectory, user, command, entrypoint, kernel, found.word());
    }

    /** What its programs are made for, if known. */
    public Optional<Architecture> knownArchitecture() {
        return Optional.ofNullable(architecture).flatMap(Architecture::of);
    }
}
