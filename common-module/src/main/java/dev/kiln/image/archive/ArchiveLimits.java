package dev.kiln.image.archive;

import java.time.Duration;

/**
 * Limits for the contents of an archive; it is refused while it is read, as soon as it exceeds one.
 *
 * @param entries entries of all layers together
 * @param unpackedBytes bytes after decompression, of all layers together
 * @param compressionRatio unpacked bytes per packed byte, checked once more than 64 MiB are unpacked
 * @param pathBytes length of a path or of a link's target
 * @param headerBytes length of all extended headers of one entry
 * @param jsonBytes length of one JSON document of an OCI image
 * @param layers layers of an OCI image
 * @param windowLog binary logarithm of the largest window of zstd, which is the memory it takes
 * @param xzWait how long an archive waits for its turn to be unpacked by xz
 */
public record ArchiveLimits(
        long entries,
        long unpackedBytes,
        long compressionRatio,
        int pathBytes,
        int headerBytes,
        int jsonBytes,
        int layers,
        int windowLog,
        Duration xzWait) {

    // 16 MiB: twice the window of zstd -19.
    private static final int ARRIVING = 24;

    /**
     * 2 million entries, 100 GiB, 2000 times; paths of 4 KiB, headers of 256 KiB, JSON of 4 MiB, 256 layers; windows of
     * 128 MiB, a minute.
     */
    public static final ArchiveLimits DEFAULT =
            new ArchiveLimits(2_000_000, 100L << 30, 2_000, 4_096, 256 << 10, 4 << 20, 256, 27, Duration.ofMinutes(1));

    /**
     * The limits for what arrives. What is stored, as an image made by the highest level of zstd, may have wider
     * windows.
     */
    ArchiveLimits arriving() {
        return new ArchiveLimits(
                entries,
                unpackedBytes,
                compressionRatio,
                pathBytes,
                headerBytes,
                jsonBytes,
                layers,
                Math.min(windowLog, ARRIVING),
                xzWait);
    }
}
