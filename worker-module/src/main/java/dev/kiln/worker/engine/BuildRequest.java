package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import dev.kiln.image.ImageMetadata;
import dev.kiln.template.BuildCommand;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * What to build.
 *
 * @param name names the scratch space; the execution's id
 * @param context tar archive that COPY reads from, when one was uploaded
 * @param network whether commands may use the network
 * @param diskBytes bound of what all commands together may write
 */
public record BuildRequest(
        String name,
        BaseImage base,
        List<BuildCommand> commands,
        Optional<Source> context,
        boolean network,
        long diskBytes) {

    /** The image that the commands start from. */
    public record BaseImage(Digest digest, Source archive, ImageMetadata metadata) {}

    /** Bytes that can be read as often as needed, from any offset. */
    @FunctionalInterface
    public interface Source {
        InputStream open(long offset) throws IOException;
    }
}
