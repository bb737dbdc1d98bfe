package dev.kiln.image;

import dev.kiln.image.archive.ArchiveInspector;
import dev.kiln.image.archive.ArchiveLimits;
import dev.kiln.image.archive.ArchiveRefusedException;
import dev.kiln.image.archive.ByteSource;
import dev.kiln.image.disk.DiskInspector;
import dev.kiln.image.disk.DiskRefusedException;
import java.io.IOException;

/** Looks at the bytes of an image that came from outside, and refuses what is no base image or a hostile one. */
public final class ImageInspector {

    private final DiskInspector disks = new DiskInspector();
    private final ArchiveInspector archives;

    public ImageInspector(ArchiveLimits limits) {
        this.archives = new ArchiveInspector(limits);
    }

    /** What the bytes are, and what an image in them says of itself. */
    public record Facts(ImageForm form, ImageMetadata metadata) {}

    /** The facts of an image that may be used as a base. */
    public Facts inspect(ByteSource source, long bytes)
            throws IOException, ArchiveRefusedException, DiskRefusedException {
        var disk = disks.recognise(source, bytes);
        return disk.isPresent()
                ? new Facts(disk.get(), ImageMetadata.EMPTY)
                : new Facts(ImageForm.ARCHIVE, archives.inspect(source).metadata());
    }
}
