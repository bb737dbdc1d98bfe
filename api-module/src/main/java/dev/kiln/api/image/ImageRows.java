package dev.kiln.api.image;

import dev.kiln.account.AccountId;
import dev.kiln.api.operation.Tags;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageForm;
import dev.kiln.image.ImageId;
import dev.kiln.image.RevocableImages;
import dev.kiln.region.RegionId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Maps rows of image_copy; their metadata is read by {@link Images#metadata} alone. */
@Component
final class ImageRows implements RowMapper<Image> {

    // Not all: what is long, as metadata, would be held for each image of a page.
    static final String COLUMNS = """
            i.id, i.account_id, i.region_id, i.source_image_id, i.name, i.family, i.description, i.state, i.digest,
            i.bytes, i.bytes_done, i.deprecated, i.copy_of, i.import_object, i.error_info, i.form, i.disk_bytes,
            i.artifact, i.tags, i.kept, i.created_at, coalesce(i.metadata ->> 'architecture', '') as architecture,
            exists (select from image_share s where s.image_id = i.id and s.state = 'SHARED') as shared,
            """ + RevocableImages.CONDITION + " as revocable ";

    private static final TypeReference<Map<String, String>> KEPT = new TypeReference<>() {};

    private final JsonMapper json;

    ImageRows(JsonMapper json) {
        this.json = json;
    }

    @Override
    public Image mapRow(ResultSet row, int number) throws SQLException {
        return new Image(
                new ImageId(row.getString("id")),
                new AccountId(row.getLong("account_id")),
                new RegionId(row.getString("region_id")),
                row.getString("source_image_id"),
                row.getString("name"),
                row.getString("family"),
                row.getString("description"),
                Image.State.valueOf(row.getString("state")),
                Optional.ofNullable(row.getString("digest")).map(Digest::new),
                row.getLong("bytes"),
                row.getLong("bytes_done"),
                row.getBoolean("shared"),
                row.getBoolean("deprecated"),
                row.getBoolean("revocable"),
                row.getString("copy_of") != null,
                row.getString("import_object") != null,
                row.getString("error_info"),
                new ImageForm(ImageForm.Kind.valueOf(row.getString("form")), row.getLong("disk_bytes")),
                row.getString("architecture"),
                Objects.requireNonNullElse(row.getString("artifact"), ""),
                Tags.read(json, row.getString("tags")),
                json.readValue(row.getString("kept"), KEPT),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
