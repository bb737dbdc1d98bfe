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
 * A copy of an image in a region, as its row says.
 *
 * @param digest of the stored bytes once they were verified
 * @param shared whether anybody beside the owner may read it
 * @param deprecated available still, but not to be chosen any more
 * @param copied whether CopyImage made it
 * @param imported whether it came from a bucket
 * @param failure why it could not be made, for people; empty unless that is so
 * @param form what its bytes are; an archive as long as that is not known
 * @param metadata JSON of {@link dev.kiln.image.ImageMetadata}
 * @param architecture of its programs, in a word of the wire; empty when that is not known
 * @param artifact what a cloud calls it that has it instead of a region's store; empty for all others
 * @param kept attributes that mean nothing here, by their wire names
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
        boolean copied,
        boolean imported,
        String failure,
        ImageForm form,
        String metadata,
        String architecture,
        String artifact,
        List<Tag> tags,
        Map<String, String> kept,
        Instant createdAt) {

    /** Status of an image that is available but not to be chosen any more. */
    static final String DEPRECATED = "Deprecated";

    /** How far the copy is; the wire calls it Status. */
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

    /** The same image, and this is said of it. */
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
                copied,
                imported,
                failure,
                form,
                metadata,
                architecture,
                artifact,
                tags,
                kept,
                createdAt);
    }

    /** Status on the wire. */
    String status() {
        return deprecated ? DEPRECATED : state.wire();
    }

    boolean isAvailable() {
        return state == State.COPIED;
    }
}
