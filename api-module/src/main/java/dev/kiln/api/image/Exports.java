package dev.kiln.api.image;

import dev.kiln.image.ImageId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Stores exports; workers carry them out. */
@Component
final class Exports {

    private final JdbcClient jdbc;

    Exports(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Adds the row of an export; the image's row is locked. */
    void add(String task, Image image, String bucket, String object) {
        jdbc.sql("""
                insert into image_export (id, image_id, account_id, region_id, bucket, object)
                values (:id, :image, :account, :region, :bucket, :object)
                """)
                .param("id", task)
                .param("image", image.id().value())
                .param("account", image.owner().value())
                .param("region", image.region().value())
                .param("bucket", bucket)
                .param("object", object)
                .update();
    }

    boolean areUnderWay(ImageId image) {
        return jdbc.sql("""
                select exists (select from image_export where image_id = :image and state in ('PENDING', 'COPYING'))
                """).param("image", image.value()).query(Boolean.class).single();
    }
}
