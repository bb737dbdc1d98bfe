package dev.kiln.api.image;

import dev.kiln.account.AccountId;
import dev.kiln.image.ImageId;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reports the progress of imports and exports, by the TaskId of ImportImage and ExportImage. */
@Component
final class Tasks {

    private final JdbcClient jdbc;

    Tasks(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * An import or export.
     *
     * @param status Waiting, Processing, Finished or Failed
     * @param bytesDone bytes written so far, out of {@code bytes}
     * @param failure why it failed; empty otherwise
     */
    record Task(
            String taskId,
            String action,
            String status,
            String imageId,
            String bucket,
            String object,
            long bytesDone,
            long bytes,
            String failure) {}

    /** The task id of the import that makes an image. */
    static String ofImport(ImageId image) {
        return "t-" + image.value().substring("m-".length());
    }

    Optional<Task> find(String id, AccountId account) {
        return jdbc.sql("""
                select 'ExportImage' as action, e.image_id, e.bucket, e.object, e.state, e.bytes_done, i.bytes, e.error_info
                from image_export e join image_copy i on i.id = e.image_id
                where e.id = :id and e.account_id = :account
                union all
                select 'ImportImage', id, import_bucket, import_object, state, bytes_done, bytes, error_info
                from image_copy
                where id = 'm-' || substr(:id, 3) and import_object is not null and account_id = :account
                  and error_code <> 'Deleting'
                """)
                .param("id", id)
                .param("account", account.value())
                .query((row, number) -> new Task(
                        id,
                        row.getString("action"),
                        status(row.getString("state")),
                        row.getString("image_id"),
                        row.getString("bucket"),
                        row.getString("object"),
                        row.getLong("bytes_done"),
                        row.getLong("bytes"),
                        row.getString("error_info")))
                .optional();
    }

    private static String status(String state) {
        return switch (state) {
            case "PENDING" -> "Waiting";
            case "COPYING" -> "Processing";
            case "COPIED" -> "Finished";
            default -> "Failed";
        };
    }
}
