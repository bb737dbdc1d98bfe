package dev.kiln.api.image;

import dev.kiln.account.AccountId;
import dev.kiln.image.FamilyImages;
import dev.kiln.image.ImageId;
import dev.kiln.image.ImageInspector;
import dev.kiln.image.RevocableImages;
import dev.kiln.region.RegionId;
import dev.kiln.region.StoredObject;
import dev.kiln.template.Tag;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Stores copies of images. To be removed, a row is marked first, which makes the image invisible at once and for good;
 * {@link ImageRemoval} then removes the object and the row, now or after a crash.
 */
@Component
public final class Images {

    private final JdbcClient jdbc;
    private final ImageRows rows;
    private final JsonMapper json;

    Images(JdbcClient jdbc, ImageRows rows, JsonMapper json) {
        this.jdbc = jdbc;
        this.rows = rows;
        this.json = json;
    }

    /** Condition on an image i: the account can see it. */
    private static final String READABLE = """
            (i.account_id = :account or i.state = 'COPIED' and exists (select from image_share s
                where s.image_id = i.id and s.account_id = :account and s.state = 'SHARED'))
            and i.error_code <> 'Deleting'
            """;

    /** The image, if the account can see it: its own in any state, a shared one once it is available. */
    Optional<Image> find(ImageId id, AccountId account) {
        return jdbc.sql("select " + ImageRows.COLUMNS + " from image_copy i where i.id = :id and " + READABLE)
                .param("id", id.value())
                .param("account", account.value())
                .query(rows)
                .optional();
    }

    /** JSON of the image's {@link dev.kiln.image.ImageMetadata}; empty if it was removed meanwhile. */
    Optional<String> metadata(ImageId id) {
        return jdbc.sql("select metadata from image_copy where id = :id")
                .param("id", id.value())
                .query(String.class)
                .optional();
    }

    /** The image, if the account can see it, protected against deletion until the transaction ends. */
    Optional<Image> hold(ImageId id, AccountId account) {
        jdbc.sql("select id from image_copy where id = :id for key share")
                .param("id", id.value())
                .query()
                .listOfRows();
        return find(id, account);
    }

    /** Adds the row of a copy; a worker makes its bytes. */
    void addCopy(ImageId id, Image source, Upload copy, List<Tag> tags, Map<String, String> kept) {
        jdbc.sql("""
                insert into image_copy (id, account_id, region_id, source_image_id, copy_of, name, description, state,
                    bytes, tags, kept)
                values (:id, :account, :region, :sourceImage, :source, :name, :description, 'PENDING',
                    :bytes, cast(:tags as jsonb), cast(:kept as jsonb))
                """)
                .param("id", id.value())
                .param("account", copy.account().value())
                .param("region", copy.region().value())
                .param("sourceImage", source.sourceImage())
                .param("source", source.id().value())
                .param("name", copy.name())
                .param("description", copy.description())
                .param("bytes", source.bytes())
                .param("tags", json.writeValueAsString(tags))
                .param("kept", json.writeValueAsString(kept))
                .update();
    }

    /** Adds the row of an import; a worker makes its bytes. */
    public void addImport(ImageId id, Upload image, Import from, List<Tag> tags, Map<String, String> kept) {
        jdbc.sql("""
                insert into image_copy (id, account_id, region_id, import_bucket, import_object, name, description,
                    state, bytes, metadata, tags, kept)
                values (:id, :account, :region, :bucket, :object, :name, :description, 'PENDING', :bytes,
                    jsonb_strip_nulls(jsonb_build_object('architecture', cast(:architecture as text))),
                    cast(:tags as jsonb), cast(:kept as jsonb))
                """)
                .param("id", id.value())
                .param("account", image.account().value())
                .param("region", image.region().value())
                .param("bucket", from.bucket())
                .param("object", from.object())
                .param("name", image.name())
                .param("description", image.description())
                .param("bytes", from.bytes())
                .param("architecture", from.architecture().orElse(null))
                .param("tags", json.writeValueAsString(tags))
                .param("kept", json.writeValueAsString(kept))
                .update();
    }

    /** Whether CopyImage is still making a copy of it. */
    boolean isBeingCopied(ImageId id) {
        return jdbc.sql("""
                select exists (select from image_copy
                    where copy_of = :id and state in ('PENDING', 'COPYING'))
                """).param("id", id.value()).query(Boolean.class).single();
    }

    /** The account's own image, locked until the transaction ends. */
    Optional<Image> lockOwn(ImageId id, AccountId account, RegionId region) {
        var locked = jdbc.sql("""
                select id from image_copy
                where id = :id and account_id = :account and region_id = :region
                for update
                """)
                .param("id", id.value())
                .param("account", account.value())
                .param("region", region.value())
                .query(String.class)
                .optional();
        // A second statement, to see the shares that the lock's previous holder made.
        return locked.flatMap(own -> find(id, account));
    }

    /** The newest image of the family that the account owns in the region and that the family can choose. */
    Optional<Image> newestOfFamily(String family, AccountId account, RegionId region) {
        return jdbc.sql("select " + ImageRows.COLUMNS + """
                        from image_copy i
                        where i.family = :family and i.family <> '' and i.account_id = :account and i.region_id = :region
                          and\s""" + FamilyImages.CHOOSABLE
                        + " order by i.created_at desc, i.id desc limit 1")
                .param("family", family)
                .param("account", account.value())
                .param("region", region.value())
                .query(rows)
                .optional();
    }

    /** The newest older image of the same template or family in its region that the account can see. */
    Optional<Image> before(ImageId id, AccountId account) {
        return jdbc.sql("select " + ImageRows.COLUMNS + """
                        from image_copy i, image_copy this left join execution e on e.id = this.execution_id
                        where this.id = :id and i.account_id = this.account_id and i.region_id = this.region_id
                          and (i.created_at, i.id) < (this.created_at, this.id) and i.state = 'COPIED'
                          and (i.family = this.family and this.family <> '' or exists (select from execution b
                                  where b.id = i.execution_id and b.template_id = e.template_id))
                          and\s""" + READABLE
                        + " order by i.created_at desc, i.id desc limit 1")
                .param("id", id.value())
                .param("account", account.value())
                .query(rows)
                .optional();
    }

    /** Stores the changeable attributes of an image that was locked before. */
    void change(Image image) {
        jdbc.sql("""
                update image_copy set name = :name, family = :family, description = :description,
                    deprecated = :deprecated, kept = cast(:kept as jsonb), tags = cast(:tags as jsonb)
                where id = :id
                """)
                .param("name", image.name())
                .param("family", image.family())
                .param("description", image.description())
                .param("deprecated", image.deprecated())
                .param("kept", json.writeValueAsString(image.kept()))
                .param("tags", json.writeValueAsString(image.tags()))
                .param("id", image.id().value())
                .update();
    }

    boolean isOfRunningExecution(ImageId id) {
        return jdbc.sql("""
                select exists (select from image_copy i
                    join execution e on e.id = i.execution_id or e.imported_image_id = i.id
                    where i.id = :id and e.finished_at is null)
                """).param("id", id.value()).query(Boolean.class).single();
    }

    /**
     * Whether the execution that made it has taken it back or may still do so. One statement tells both, so that an end
     * of the execution between two cannot be overlooked by those who do not lock the image against its changes. What
     * has succeeded once is not taken back, not even while failed targets are tried again.
     */
    boolean isRevocable(ImageId id) {
        return jdbc.sql("""
                select exists (select from image_copy i
                    where i.id = :id and i.execution_id is not null
                      and (i.state <> 'COPIED' or\s""" + RevocableImages.CONDITION + "))")
                .param("id", id.value())
                .query(Boolean.class)
                .single();
    }

    /** The attributes given for an uploaded, copied or imported image. */
    public record Upload(AccountId account, RegionId region, String name, String family, String description) {}

    /**
     * An object in a bucket.
     *
     * @param bytes its size, which can change until it is read
     * @param architecture its declared architecture, which counts if its contents do not show one
     */
    public record Import(String bucket, String object, long bytes, Optional<String> architecture) {

        /** The same import with this architecture. */
        public Import of(Optional<String> said) {
            return new Import(bucket, object, bytes, said);
        }
    }

    /** Adds the row of an upload; only its owner sees it before {@link #finishUpload}. */
    void beginUpload(ImageId id, Upload upload) {
        jdbc.sql("""
                insert into image_copy (id, account_id, region_id, name, family, description, state, attempts)
                values (:id, :account, :region, :name, :family, :description, 'COPYING', 1)
                """)
                .param("id", id.value())
                .param("account", upload.account().value())
                .param("region", upload.region().value())
                .param("name", upload.name())
                .param("family", upload.family())
                .param("description", upload.description())
                .update();
    }

    /** Notes the progress of an upload, which also shows that it is alive. */
    void uploadProgress(ImageId id, long bytes) {
        jdbc.sql("update image_copy set bytes_done = :bytes, modified_at = now() where id = :id and state = 'COPYING'")
                .param("bytes", bytes)
                .param("id", id.value())
                .update();
    }

    /** Makes an uploaded image available; false if the upload was given up in the meantime. */
    boolean finishUpload(ImageId id, StoredObject object, ImageInspector.Facts facts) {
        return jdbc.sql("""
                update image_copy set state = 'COPIED', digest = :digest, bytes = :bytes, bytes_done = :bytes,
                    form = :form, disk_bytes = :diskBytes, metadata = cast(:metadata as jsonb), modified_at = now()
                where id = :id and state = 'COPYING'
                """)
                        .param("digest", object.digest().value())
                        .param("bytes", object.bytes())
                        .param("form", facts.form().kind().name())
                        .param("diskBytes", facts.form().diskBytes())
                        .param("metadata", json.writeValueAsString(facts.metadata()))
                        .param("id", id.value())
                        .update()
                == 1;
    }

    /** Marks an image for removal; from here on it is invisible, and no execution counts it as its target. */
    void markDeleted(ImageId id) {
        jdbc.sql("""
                update image_copy set state = 'FAILED', error_code = 'Deleting', execution_id = null,
                    modified_at = now()
                where id = :id
                """).param("id", id.value()).update();
    }

    /** Marks uploads without progress for so long that their process must be gone. */
    int markAbandonedUploads(Duration after) {
        return jdbc.sql("""
                update image_copy set state = 'FAILED', error_code = 'Deleting'
                where state = 'COPYING' and execution_id is null and source_image_id = '' and copy_of is null
                  and import_object is null
                  and modified_at < now() - interval '1 second' * :seconds
                """).param("seconds", after.toSeconds()).update();
    }

    /** Up to 100 images of the region that are marked for removal, those first that nobody has tried for longest. */
    List<ImageId> marked(RegionId region) {
        return jdbc.sql("""
                select id from image_copy
                where region_id = :region and state = 'FAILED' and error_code = 'Deleting'
                order by modified_at limit 100
                """).param("region", region.value()).query(String.class).list().stream()
                .map(ImageId::new)
                .toList();
    }

    /** The image cannot be removed now: all others that are marked come first. */
    void removeLater(ImageId id) {
        jdbc.sql("""
                update image_copy set modified_at = now()
                where id = :id and state = 'FAILED' and error_code = 'Deleting'
                """).param("id", id.value()).update();
    }

    void removeMarked(ImageId id) {
        jdbc.sql("delete from image_copy where id = :id and error_code = 'Deleting'")
                .param("id", id.value())
                .update();
    }
}
