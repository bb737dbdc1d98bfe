package dev.kiln.worker.region;

import dev.kiln.bucket.Bucket;
import dev.kiln.bucket.Buckets;
import dev.kiln.bucket.ObjectName;
import dev.kiln.image.ImageId;
import dev.kiln.image.ImageInspector;
import dev.kiln.image.ImageKeys;
import dev.kiln.image.archive.ArchiveLimits;
import dev.kiln.image.archive.ArchiveRefusedException;
import dev.kiln.image.archive.ByteSource;
import dev.kiln.image.disk.DiskRefusedException;
import dev.kiln.region.RegionId;
import dev.kiln.region.RegionStore;
import dev.kiln.region.Regions;
import dev.kiln.region.StoreKey;
import dev.kiln.region.StoredObject;
import dev.kiln.worker.metric.WorkerMeters;
import dev.kiln.worker.region.ImageCopies.BucketObject;
import dev.kiln.worker.region.ImageCopies.Order;
import dev.kiln.worker.region.ImageCopies.OtherImage;
import dev.kiln.worker.region.LeasedRows.Claim;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Brings the bytes of images that CopyImage and ImportImage asked for. A copy resumes after the last part that its
 * region has, whichever worker began it; an import begins anew, because the digest of its bytes is not known
 * beforehand.
 */
public final class ImageCopier implements LeasedJob {

    private final ImageCopies copies;
    private final Regions regions;
    private final Buckets buckets;
    private final WorkerMeters meters;
    private final ImageInspector inspector = new ImageInspector(ArchiveLimits.DEFAULT);

    public ImageCopier(ImageCopies copies, Regions regions, Buckets buckets, WorkerMeters meters) {
        this.copies = copies;
        this.regions = regions;
        this.buckets = buckets;
        this.meters = meters;
    }

    @Override
    public LeasedRows rows() {
        return copies.rows();
    }

    @Override
    public String failureCode() {
        return "CopyFailed";
    }

    @Override
    public void run(Claim claim) throws IOException, HopelessException {
        var order = copies.order(claim);
        if (order.isEmpty()) {
            return;
        }
        var store = store(order.get().region());
        if (order.get().origin() instanceof BucketObject object) {
            importFrom(object, claim, order.get(), store);
        } else if (order.get().origin() instanceof OtherImage other) {
            copy(claim, order.get(), other, store);
        }
    }

    private void copy(Claim claim, Order order, OtherImage other, RegionStore store)
            throws IOException, HopelessException {
        var source = copies.source(other.id());
        if (source.isEmpty()) {
            throw new HopelessException("SourceGone", "image " + other.id() + " is not there any more");
        }
        var content = source.get().content();
        var from = store(source.get().region());
        ByteSource bytes = offset -> from.open(ImageKeys.image(other.id()), content.digest(), offset);
        var progress =
                meters.counting(order.region(), content.parts().isPresent(), done -> rows().progress(claim, done));
        Transfer.run(content, bytes, store, ImageKeys.image(order.image()), progress);
        copies.copied(claim, content);
    }

    private void importFrom(BucketObject origin, Claim claim, Order order, RegionStore store)
            throws IOException, HopelessException {
        var bucket = buckets.find(origin.bucket())
                .orElseThrow(() -> new IOException("bucket " + origin.bucket() + " is not configured"));
        var key = ImageKeys.image(order.image());
        try (var bytes = open(bucket, origin)) {
            var stored = store.put(key, bytes, null, done -> rows().progress(claim, done));
            var facts = inspect(store, key, stored);
            var metadata = facts.metadata();
            // What the bytes show takes precedence.
            if (metadata.knownArchitecture().isEmpty() && origin.said().isPresent()) {
                metadata = metadata.withArchitecture(origin.said().get());
            }
            copies.copied(
                    claim,
                    new Target.Content(stored.digest(), stored.bytes(), facts.form(), metadata, Optional.empty()));
        }
    }

    private static InputStream open(Bucket bucket, BucketObject origin) throws IOException, HopelessException {
        try {
            return bucket.open(new ObjectName(origin.object()));
        } catch (FileNotFoundException e) {
            throw new HopelessException(
                    "InvalidOSSObject.NotFound",
                    "bucket " + origin.bucket() + " has no object " + origin.object() + " any more");
        }
    }

    private ImageInspector.Facts inspect(RegionStore store, StoreKey key, StoredObject stored)
            throws IOException, HopelessException {
        // What is refused goes once that is written down: this worker may be late, and another one's image be there.
        try {
            return inspector.inspect(offset -> store.open(key, stored.digest(), offset), stored.bytes());
        } catch (ArchiveRefusedException e) {
            throw new HopelessException("InvalidArchive", e.getMessage());
        } catch (DiskRefusedException e) {
            throw new HopelessException("InvalidDisk", e.getMessage());
        }
    }

    /** Only what nobody goes on with: another worker may be at work on the same object. */
    @Override
    public void discard(Claim claim) throws IOException {
        if (copies.isOver(claim)) {
            store(claim.region()).delete(ImageKeys.image(new ImageId(claim.id())));
        }
    }

    private RegionStore store(RegionId region) throws IOException {
        return regions.find(region).orElseThrow(() -> new IOException("region " + region + " is not configured"));
    }
}
