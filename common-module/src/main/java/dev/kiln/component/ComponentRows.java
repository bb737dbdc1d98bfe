package dev.kiln.component;

import dev.kiln.account.AccountId;
import dev.kiln.region.RegionId;
import dev.kiln.template.ComponentId;
import dev.kiln.template.Tag;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.RowMapper;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Reads rows of the table component. */
public final class ComponentRows implements RowMapper<Component> {

    private static final TypeReference<List<Tag>> TAGS = new TypeReference<>() {};
    private static final TypeReference<Map<String, String>> KEPT = new TypeReference<>() {};

    private final JsonMapper json;

    public ComponentRows(JsonMapper json) {
        this.json = json;
    }

    @Override
    public Component mapRow(ResultSet row, int number) throws SQLException {
        return new Component(
                new ComponentId(row.getString("id")),
                new AccountId(row.getLong("account_id")),
                new RegionId(row.getString("region_id")),
                row.getString("name"),
                row.getString("description"),
                Component.Type.valueOf(row.getString("type")),
                new ComponentVersion(row.getInt("major"), row.getInt("minor"), row.getInt("patch")),
                row.getString("content"),
                json.readValue(row.getString("tags"), TAGS),
                json.readValue(row.getString("kept"), KEPT),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
