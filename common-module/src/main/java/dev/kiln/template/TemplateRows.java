package dev.kiln.template;

import dev.kiln.account.AccountId;
import dev.kiln.image.ImageForm;
import dev.kiln.region.RegionId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.jdbc.core.RowMapper;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Reads a whole row of the table template ({@code select template.*}), for both the API and the workers. */
public final class TemplateRows implements RowMapper<Template> {

    private static final TypeReference<List<Tag>> TAGS = new TypeReference<>() {};
    private static final TypeReference<Map<String, String>> KEPT = new TypeReference<>() {};

    private final JsonMapper json;

    public TemplateRows(JsonMapper json) {
        this.json = json;
    }

    @Override
    public Template mapRow(ResultSet row, int number) throws SQLException {
        return new Template(
                new TemplateId(row.getString("id")),
                new AccountId(row.getLong("account_id")),
                new RegionId(row.getString("region_id")),
                row.getString("name"),
                row.getString("description"),
                Template.BaseImageType.valueOf(row.getString("base_image_type")),
                row.getString("base_image"),
                row.getString("build_content"),
                row.getString("test_content"),
                imageOptions(row),
                row.getInt("network_mbit"),
                row.getInt("disk_gib"),
                Stream.of((String[]) row.getArray("to_region_ids").getArray())
                        .map(RegionId::new)
                        .toList(),
                Stream.of((Long[]) row.getArray("add_accounts").getArray())
                        .map(AccountId::new)
                        .toList(),
                json.readValue(row.getString("tags"), TAGS),
                json.readValue(row.getString("kept"), KEPT),
                Optional.ofNullable(row.getString("context_digest")),
                Duration.ofSeconds(row.getLong("step_cache_seconds")),
                Optional.ofNullable(row.getString("output_form")).map(ImageForm.Kind::valueOf),
                Stream.of((String[]) row.getArray("sysprep").getArray())
                        .map(word -> Sysprep.of(word).orElseThrow())
                        .collect(Collectors.toUnmodifiableSet()),
                Optional.ofNullable(row.getString("packer_file")),
                row.getBoolean("needs_kvm"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }

    private Template.ImageOptions imageOptions(ResultSet row) throws SQLException {
        return new Template.ImageOptions(
                row.getString("image_name"),
                row.getBoolean("image_name_suffix"),
                row.getString("image_family"),
                row.getString("image_description"),
                json.readValue(row.getString("image_tags"), TAGS));
    }
}
