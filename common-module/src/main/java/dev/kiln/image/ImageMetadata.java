package dev.kiln.image;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an image says of itself beside its files: the result of LABEL, ENV, WORKDIR, USER, CMD and ENTRYPOINT. An empty
 * text or list means "not set".
 *
 * @param kernel whether /boot has a kernel, as an archive was found to be when it came in; null when nobody has looked
 * @param architecture of the processors that its programs are for, in a word of {@link Architecture}; null when that is
 *     not known
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

    /** The same of an archive that somebody has looked through. */
    public ImageMetadata withKernel(boolean found) {
        return new ImageMetadata(labels, environment, workingDirectory, user, command, entrypoint, found, architecture);
    }

    /** The same of an image for these processors. */
    public ImageMetadata withArchitecture(Architecture found) {
        return new ImageMetadata(
                labels, environment, workingDirectory, user, command, entrypoint, kernel, found.word());
    }

    /** What its programs are for, if that is known. */
    public Optional<Architecture> knownArchitecture() {
        return Optional.ofNullable(architecture).flatMap(Architecture::of);
    }
}
