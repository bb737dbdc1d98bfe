package dev.kiln.api.image;

import dev.kiln.account.AccountId;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageId;
import dev.kiln.region.RegionId;
import dev.kiln.template.Tag;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A copy of an image in a region, as its row says.
 *
 * @param digest of the stored bytes once they were verified
 * @param shared whether anybody beside the owner may read it
 * @param metadata JSON of {@link dev.kiln.image.ImageMetadata}
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
        String metadata,
        List<Tag> tags,
        Instant createdAt) {

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

    boolean isAvailable() {
        return state == State.COPIED;
    }
}
