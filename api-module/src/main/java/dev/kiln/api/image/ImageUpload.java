package dev.kiln.api.image;

import dev.kiln.api.account.Quotas;
import dev.kiln.api.doctor.Uploads;
import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import dev.kiln.api.rest.UploadBody;
import dev.kiln.image.ImageId;
import dev.kiln.image.ImageInspector;
import dev.kiln.image.ImageKeys;
import dev.kiln.image.archive.ArchiveRefusedException;
import dev.kiln.image.archive.XzBusyException;
import dev.kiln.image.disk.DiskRefusedException;
import dev.kiln.region.RegionStore;
import dev.kiln.region.StoredObject;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongConsumer;
import org.springframework.stereotype.Component;

/** Stores an image's bytes in a region and makes the image available, or leaves nothing behind. */
@Component
class ImageUpload {

    private static final Duration BETWEEN_NOTES = Duration.ofSeconds(5);

    private final Images images;
    private final ImageRemoval removal;
    private final Uploads uploads;
    private final ImageInspector inspector;
    private final Clock clock;
    private final Quotas quotas;

    ImageUpload(
            Images images,
            ImageRemoval removal,
            Uploads uploads,
            ImageInspector inspector,
            Clock clock,
            Quotas quotas) {
        this.images = images;
        this.removal = removal;
        this.uploads = uploads;
        this.inspector = inspector;
        this.clock = clock;
        this.quotas = quotas;
    }

    StoredObject take(ImageId id, Images.Upload upload, RegionStore store, UploadBody body) {
        var intent = uploads.begin(upload.region(), ImageKeys.image(id));
        var finished = false;
        try {
            quotas.image(upload.account(), () -> images.beginUpload(id, upload));
            var stored = body.storeIn(store, ImageKeys.image(id), noting(id));
            finished = images.finishUpload(id, stored, inspect(id, store, stored));
            if (!finished) {
                throw new ApiException(
                        "OperationConflict", 409, "The upload took too long and was given up. Try again.");
            }
            uploads.end(intent);
            return stored;
        } finally {
            if (!finished) {
                uploads.release(intent);
                images.markDeleted(id);
                removal.remove(id, upload.region());
            }
        }
    }

    private LongConsumer noting(ImageId id) {
        var last = new Instant[] {clock.instant()};
        return bytes -> {
            if (Duration.between(last[0], clock.instant()).compareTo(BETWEEN_NOTES) > 0) {
                last[0] = clock.instant();
                images.uploadProgress(id, bytes);
            }
        };
    }

    private ImageInspector.Facts inspect(ImageId id, RegionStore store, StoredObject stored) {
        try {
            return inspector.inspect(
                    offset -> store.open(ImageKeys.image(id), stored.digest(), offset), stored.bytes());
        } catch (ArchiveRefusedException e) {
            throw RestCodes.INVALID_ARCHIVE.because(e.getMessage());
        } catch (DiskRefusedException e) {
            throw RestCodes.INVALID_DISK.because(e.getMessage());
        } catch (XzBusyException e) {
            throw Refusals.xzBusy();
        } catch (IOException e) {
            throw Refusals.regionAway(store.region());
        }
    }
}
