package dev.kiln.image.archive;

import dev.kiln.image.ImageMetadata;
import java.time.Instant;

/**
 * The result of checking an archive.
 *
 * @param entries number of files, directories and links in all layers together
 * @param unpackedBytes total size of all files' contents
 * @param newestModification modification time of the newest entry; the epoch when there is none
 * @param metadata whether there is a kernel, and the configuration of an OCI image; empty otherwise for a plain archive
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
