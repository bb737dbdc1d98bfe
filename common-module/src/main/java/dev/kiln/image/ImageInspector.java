package dev.kiln.image;

import dev.kiln.image.archive.ArchiveInspector;
import dev.kiln.image.archive.ArchiveLimits;
import dev.kiln.image.archive.ArchiveRefusedException;
import dev.kiln.image.archive.ByteSource;
import dev.kiln.image.disk.DiskInspector;
import dev.kiln.image.disk.DiskRefusedException;
import java.io.IOException;

/** Inspects the bytes of an image from outside, and refuses those that are hostile or cannot be a base image. */
public final class ImageInspector {

    private final DiskInspector disks = new DiskInspector();
    private final ArchiveInspector archives;

    public ImageInspector(ArchiveLimits limits) {
        this.archives = new ArchiveInspector(limits);
    }

    /** The form of the bytes, and the metadata of the image in them. */
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
