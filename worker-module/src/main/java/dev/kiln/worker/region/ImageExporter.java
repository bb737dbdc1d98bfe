package dev.kiln.worker.region;

import dev.kiln.bucket.Buckets;
import dev.kiln.bucket.ObjectName;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageId;
import dev.kiln.image.ImageKeys;
import dev.kiln.region.RegionId;
import dev.kiln.region.Regions;
import dev.kiln.worker.region.LeasedRows.Claim;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Writes images to buckets, as ExportImage asked for. */
public final class ImageExporter implements LeasedJob {

    private final JdbcClient jdbc;
    private final LeasedRows rows;
    private final Regions regions;
    private final Buckets buckets;

    public ImageExporter(JdbcClient jdbc, TransactionTemplate transaction, Regions regions, Buckets buckets) {
        this.jdbc = jdbc;
        this.rows = new LeasedRows(jdbc, transaction, "image_export", "true");
        this.regions = regions;
        this.buckets = buckets;
    }

    /** Which image to write, and where. */
    private record Order(ImageId image, Digest digest, RegionId region, String bucket, ObjectName object) {}

    @Override
    public LeasedRows rows() {
        return rows;
    }

    @Override
    public String failureCode() {
        return "ExportFailed";
    }

    @Override
    public void run(Claim claim) throws IOException {
        var found = order(claim);
        if (found.isEmpty()) {
            return; // the image was removed, and this order with it
        }
        var order = found.get();
        var store = regions.find(order.region())
                .orElseThrow(() -> new IOException("region " + order.region() + " is not configured"));
        var bucket = buckets.find(order.bucket())
                .orElseThrow(() -> new IOException("bucket " + order.bucket() + " is not configured"));
        try (var bytes = store.open(ImageKeys.image(order.image()), order.digest(), 0)) {
            bucket.put(order.object(), claim.id(), bytes, done -> rows.progress(claim, done));
        }
        rows.write(claim, "state = 'COPIED', error_code = '', error_info = '', modified_at = now()", Map.of());
    }

    private Optional<Order> order(Claim claim) {
        return jdbc.sql("""
                        select x.image_id, c.digest, x.region_id, x.bucket, x.object
                          from image_export x join image_copy c on c.id = x.image_id where x.id = :id
                        """)
                .param("id", claim.id())
                .query((row, number) -> new Order(
                        new ImageId(row.getString("image_id")),
                        new Digest(row.getString("digest")),
                        new RegionId(row.getString("region_id")),
                        row.getString("bucket"),
                        new ObjectName(row.getString("object"))))
                .optional();
    }

    /** What a worker that was killed has left; not while another worker may be at work on the same object. */
    @Override
    public void discard(Claim claim) throws IOException {
        var over = jdbc.sql("select bucket, object from image_export where id = :id and state = 'FAILED'")
                .param("id", claim.id())
                .query((row, number) -> new Place(row.getString("bucket"), new ObjectName(row.getString("object"))))
                .optional();
        var bucket = over.flatMap(place -> buckets.find(place.bucket()));
        if (bucket.isPresent()) {
            bucket.get().discard(over.get().object(), claim.id());
        }
    }

    private record Place(String bucket, ObjectName object) {}
}
