package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import dev.kiln.image.ImageMetadata;
import dev.kiln.image.archive.ByteSource;
import dev.kiln.template.BuildCommand;
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
        Optional<ByteSource> context,
        boolean network,
        long diskBytes) {

    /** The image that the commands start from. */
    public record BaseImage(Digest digest, ByteSource archive, ImageMetadata metadata) {}
}
