package dev.kiln.worker.region;

import dev.kiln.image.Digest;
import dev.kiln.image.ImageForm;
import dev.kiln.image.ImageId;
import dev.kiln.image.ImageMetadata;
import dev.kiln.region.Parts;
import dev.kiln.region.RegionId;
import dev.kiln.region.StoredObject;
import java.util.Optional;

/**
 * One region of an execution and the copy that it gets.
 *
 * @param sourceImage the base image, chosen once for the whole execution
 * @param content digest, size, form and metadata; present once the copy is there, unless it is in a cloud
 */
public record Target(ImageId image, RegionId region, State state, ImageId sourceImage, Optional<Content> content) {

    /** The states of a copy; the database has the same names. */
    public enum State {
        PENDING,
        COPYING,
        COPIED,
        FAILED
    }

    /**
     * The content of a copy.
     *
     * @param parts empty when an earlier release built it
     */
    public record Content(Digest digest, long bytes, ImageForm form, ImageMetadata metadata, Optional<Parts> parts) {

        /** The bytes as a region stores them. */
        public StoredObject object() {
            return new StoredObject(digest, bytes);
        }
    }

    public boolean isCopied() {
        return state == State.COPIED;
    }
}
