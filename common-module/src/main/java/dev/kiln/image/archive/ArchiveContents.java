package dev.kiln.image.archive;

import dev.kiln.image.ImageMetadata;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The layout of an image archive: the tar archives in it, lowest first, and the image's metadata. It does not check the
 * entries; {@link EntryCheck} does.
 */
public record ArchiveContents(ArchiveFacts.Format format, List<ArchiveLayer> layers, ImageMetadata metadata) {

    private static final int MOST_BLOBS = 10_000;
    private static final Pattern OF_OCI =
            Pattern.compile("oci-layout|index\\.json|manifest\\.json|repositories|blobs(/.*)?");
    private static final Pattern OF_OLD_DOCKER = Pattern.compile("[0-9a-f]{64}(\\.json|/.*)?");

    /** Reads only as much of the archive as is needed to recognise its layout. */
    public static ArchiveContents open(ByteSource source, ArchiveLimits limits)
            throws IOException, ArchiveRefusedException {
        try {
            var blobs = new HashMap<String, Blob>();
            return isOci(source, limits, blobs) ? new OciLayout(source, limits, blobs).read() : ofFiles(source, limits);
        } catch (IOException e) {
            throw ArchiveLayer.refusal(e);
        }
    }

    /** Takes the archive as one of plain files, whatever their names are. */
    static ArchiveContents ofFiles(ByteSource source, ArchiveLimits limits) {
        var whole = new ArchiveLayer(source, 0, -1, Optional.empty(), limits);
        return new ArchiveContents(ArchiveFacts.Format.TAR, List.of(whole), ImageMetadata.EMPTY);
    }

    /** The position of a file in the archive. */
    record Blob(long offset, long length) {}

    private static boolean isOci(ByteSource source, ArchiveLimits limits, Map<String, Blob> blobs) throws IOException {
        try (var in = ArchiveLayer.open(source, 0, -1);
                var unpacked = Unpacking.unpack(in, limits)) {
            var reader = new TarReader(unpacked, limits);
            for (var entry = reader.next(); entry != null; entry = reader.next()) {
                var name = EntryPaths.clean(entry.name(), entry.type().meaning(), limits.pathBytes());
                if (OF_OLD_DOCKER.matcher(name).matches()) {
                    throw new RefusedStreamException("this is the old layout of docker save; convert it by skopeo copy "
                            + "docker-archive:FILE oci-archive:NEW");
                }
                if (!name.isEmpty() && !OF_OCI.matcher(name).matches()) {
                    return false;
                }
                remember(blobs, name, entry, reader);
            }
            return isComplete(blobs, source);
        }
    }

    private static void remember(Map<String, Blob> blobs, String name, TarEntry entry, TarReader reader)
            throws RefusedStreamException {
        if (entry.type() == TarEntry.Type.FILE && blobs.put(name, new Blob(reader.position(), entry.size())) != null) {
            throw new RefusedStreamException("entry " + TarEntry.shown(name) + " comes twice");
        }
        if (blobs.size() > MOST_BLOBS) {
            throw new RefusedStreamException("the image has more than " + MOST_BLOBS + " blobs");
        }
    }

    private static boolean isComplete(Map<String, Blob> blobs, ByteSource source) throws IOException {
        if (!blobs.containsKey("index.json")) {
            throw new RefusedStreamException(
                    "the archive holds neither a root file system nor an OCI image with an " + "index.json");
        }
        try (var in = ArchiveLayer.open(source, 0, -1)) {
            if (Unpacking.isPacked(in)) {
                throw new RefusedStreamException(
                        "an OCI archive must not be compressed as a whole, its layers are; decompress it first");
            }
        }
        return true;
    }
}
