package dev.kiln.worker.region;

import dev.kiln.image.Architecture;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageId;
import dev.kiln.image.ImageMetadata;
import dev.kiln.region.RegionId;
import dev.kiln.worker.region.LeasedRows.Claim;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** Images whose bytes are still elsewhere: in another image (CopyImage) or in a bucket (ImportImage). */
public final class ImageCopies {

    private final JdbcClient jdbc;
    private final LeasedRows rows;
    private final JsonMapper json;

    public ImageCopies(JdbcClient jdbc, TransactionTemplate transaction, JsonMapper json) {
        this.jdbc = jdbc;
        this.rows =
                new LeasedRows(jdbc, transaction, "image_copy", "(copy_of is not null or import_object is not null)");
        this.json = json;
    }

    LeasedRows rows() {
        return rows;
    }

    /** Where the bytes of an image come from. */
    sealed interface Origin {}

    /** Another image. */
    record OtherImage(ImageId id) implements Origin {}

    /**
     * An object in a bucket.
     *
     * @param said the architecture that the import's caller named
     */
    record BucketObject(String bucket, String object, Optional<Architecture> said) implements Origin {}

    /** The image to make, and its region. */
    record Order(ImageId image, RegionId region, Origin origin) {}

    /** An image that can be copied, and its region. */
    record Source(RegionId region, Target.Content content) {}

    /** The claimed order; empty when it is gone. */
    Optional<Order> order(Claim claim) {
        return jdbc.sql("""
                        select region_id, copy_of, import_bucket, import_object, metadata ->> 'architecture' as said
                          from image_copy where id = :id
                        """)
                .param("id", claim.id())
                .query((row, number) -> new Order(
                        new ImageId(claim.id()),
                        new RegionId(row.getString("region_id")),
                        row.getString("copy_of") != null
                                ? new OtherImage(new ImageId(row.getString("copy_of")))
                                : new BucketObject(
                                        row.getString("import_bucket"),
                                        row.getString("import_object"),
                                        Optional.ofNullable(row.getString("said"))
                                                .flatMap(Architecture::of))))
                .optional();
    }

    /** The image to copy; empty when it is gone. */
    Optional<Source> source(ImageId image) {
        return jdbc.sql("""
                        select region_id, digest, bytes, form, disk_bytes, metadata, part_length, part_digests from image_copy
                         where id = :id and state = 'COPIED' and artifact is null
                        """)
                .param("id", image.value())
                .query((row, number) -> new Source(
                        new RegionId(row.getString("region_id")),
                        new Target.Content(
                                new Digest(row.getString("digest")),
                                row.getLong("bytes"),
                                Targets.form(row),
                                json.readValue(row.getString("metadata"), ImageMetadata.class),
                                Targets.parts(row))))
                .optional();
    }

    /** The image is complete and verified: it is available from now on. */
    void copied(Claim claim, Target.Content content) {
        rows.write(claim, """
                state = 'COPIED', digest = :digest, bytes = :bytes, bytes_done = :bytes, form = :form,
                disk_bytes = :diskBytes, metadata = :metadata::jsonb, part_length = :partLength, part_digests = :partDigests, error_code = '', error_info = '', modified_at = now()
                """, Targets.columns(content, json));
    }

    /** Whether nobody goes on with the image: it has failed, was withdrawn, or is gone. */
    boolean isOver(Claim claim) {
        return jdbc.sql("select not exists (select from image_copy where id = :id and state <> 'FAILED')")
                .param("id", claim.id())
                .query(Boolean.class)
                .single();
    }
}
