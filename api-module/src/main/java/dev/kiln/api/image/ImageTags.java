package dev.kiln.api.image;

import dev.kiln.account.AccountId;
import dev.kiln.api.operation.Tags;
import dev.kiln.image.ImageId;
import dev.kiln.region.RegionId;
import dev.kiln.template.Tag;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Finds the tags of an account's images. */
@Component
class ImageTags {

    private final JdbcClient jdbc;
    private final JsonMapper json;

    ImageTags(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** The filter; empty lists do not filter. */
    record Wanted(
            AccountId account, RegionId region, List<String> ids, List<Tag> tags, List<ListTags.TagFilter> filters) {}

    /** Sorted by image and key, behind the given tag, whose value does not matter. */
    List<ListTags.Tagged> list(Wanted wanted, ListTags.Tagged after, int limit) {
        return jdbc.sql("""
                select i.id, t.key, t.value
                from image_copy i cross join jsonb_to_recordset(i.tags) as t (key text, value text)
                where i.account_id = :account and i.region_id = :region and i.error_code <> 'Deleting'
                  and (cardinality(cast(:ids as text[])) = 0 or i.id = any(cast(:ids as text[])))
                  and i.tags @> cast(:tags as jsonb)
                  and not exists (
                      select from jsonb_to_recordset(cast(:filters as jsonb)) as f (key text, values jsonb)
                      where not exists (
                          select from jsonb_to_recordset(i.tags) as own (key text, value text)
                          where own.key = f.key and (f.values = '[]' or jsonb_exists(f.values, own.value))))
                  and (i.id, t.key) > (:image, :key)
                order by i.id, t.key limit :limit
                """)
                .param("account", wanted.account().value())
                .param("region", wanted.region().value())
                .param("ids", wanted.ids().toArray(String[]::new))
                .param("tags", json.writeValueAsString(Tags.filter(wanted.tags())))
                .param("filters", json.writeValueAsString(wanted.filters()))
                .param("image", after.image().value())
                .param("key", after.tag().key())
                .param("limit", limit)
                .query((row, number) ->
                        new ListTags.Tagged(new ImageId(row.getString(1)), new Tag(row.getString(2), row.getString(3))))
                .list();
    }
}
