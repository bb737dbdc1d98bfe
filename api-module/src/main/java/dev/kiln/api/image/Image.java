package dev.kiln.api.image;

import dev.kiln.account.AccountId;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageForm;
import dev.kiln.image.ImageId;
import dev.kiln.region.RegionId;
import dev.kiln.template.Tag;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A row of image_copy: a copy of an image in a region.
 *
 * @param digest digest of the stored bytes, once verified
 * @param shared whether any account besides the owner can read it
 * @param deprecated still available, but not to be chosen for new uses
 * @param revocable whether the execution that made it may still take it back
 * @param copied whether CopyImage made it
 * @param imported whether it came from a bucket
 * @param failure why it could not be made, in words; empty otherwise
 * @param form the form of its bytes; an archive until it is known
 * @param architecture architecture of its programs, as the wire writes it; empty until it is known
 * @param artifact its name in the cloud that has it instead of a region's store; empty for all others
 * @param kept attributes that have no meaning here, by wire name
 */
record Image(
        ImageId id,
        AccountId owner,
        RegionId region,
        String sourceImage,
        String name,
        String family,
        String description,
        State state,
        Optional<Digest> digest,
        long bytes,
        long bytesDone,
        boolean shared,
        boolean deprecated,
        boolean revocable,
        boolean copied,
        boolean imported,
        String failure,
        ImageForm form,
        String architecture,
        String artifact,
        List<Tag> tags,
        Map<String, String> kept,
        Instant createdAt) {

    /** Wire status of an image that is available, but not to be chosen any more. */
    static final String DEPRECATED = "Deprecated";

    /** The progress of the copy; the wire calls it Status. */
    enum State {
        PENDING("Waiting"),
        COPYING("Creating"),
        COPIED("Available"),
        FAILED("CreateFailed");

        private final String wire;

        State(String wire) {
            this.wire = wire;
        }

        String wire() {
            return wire;
        }
    }

    /** The same image with these attributes. */
    Image changed(String name, String family, String description, boolean deprecated, Map<String, String> kept) {
        return with(name, family, description, deprecated, kept, tags);
    }

    /** The same image with other tags. */
    Image tagged(List<Tag> tags) {
        return with(name, family, description, deprecated, kept, tags);
    }

    private Image with(
            String name,
            String family,
            String description,
            boolean deprecated,
            Map<String, String> kept,
            List<Tag> tags) {
        return new Image(
                id,
                owner,
                region,
                sourceImage,
                name,
                family,
                description,
                state,
                digest,
                bytes,
                bytesDone,
                shared,
                deprecated,
                revocable,
                copied,
                imported,
                failure,
                form,
                architecture,
                artifact,
                tags,
                kept,
                createdAt);
    }

    /** Status on the wire. */
    String status() {
        return deprecated ? DEPRECATED : shown().wire();
    }

    /** The state as it is shown: whoever waits until an image is available must not get one that is taken back. */
    State shown() {
        return isAvailable() && revocable ? State.COPYING : state;
    }

    /** Whether its bytes are there, finished or not. */
    boolean isAvailable() {
        return state == State.COPIED;
    }
}
