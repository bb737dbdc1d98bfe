package dev.kiln.image.archive;

import dev.kiln.image.ImageMetadata;
import java.time.Instant;

/**
 * What a checked archive holds.
 *
 * @param entries number of files, directories and links, those of all layers together
 * @param unpackedBytes bytes of all files' contents
 * @param newestModification newest modification time of an entry; the epoch when there is none
 * @param metadata what an OCI image's configuration says, nothing for a plain archive; and whether there is a kernel
 */
public record ArchiveFacts(
        Format format, long entries, long unpackedBytes, Instant newestModification, ImageMetadata metadata) {

    /** How the root file system is laid out in the archive. */
    public enum Format {
        /** The archive's entries are the root file system. */
        TAR,
        /** An OCI image layout: layers and a configuration. */
        OCI
    }
}
