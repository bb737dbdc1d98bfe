package dev.kiln.api.dashboard;

import dev.kiln.api.rpc.PagingTokens.Position;
import dev.kiln.image.RevocableImages;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads images for pages: each image with all its copies in the account that owns it. */
@Component
public final class ShownImages {

    private final JdbcClient jdbc;

    ShownImages(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * An image, by its copy in the region where it was made; by another one once that was deleted.
     *
     * @param version its number in its family, 1 for the oldest that exists; 0 outside of families
     * @param digest empty for an image in a cloud
     * @param unfinished whether the execution that made it may still take it back
     * @param copies {@code region id state} for each other copy
     * @param origin the image that it was built or copied from, empty for uploads
     */
    public record Row(
            String id,
            long accountId,
            String region,
            String name,
            String family,
            int version,
            long bytes,
            Optional<String> digest,
            boolean deprecated,
            boolean unfinished,
            List<String> copies,
            List<String> accounts,
            String origin,
            Optional<String> execution,
            Instant createdAt)
            implements Visitor.Owned {}

    private static final String SELECT = """
            select i.*, coalesce(i.copy_of, i.source_image_id) as origin,
                   case when i.family = '' then 0 else
                        (select count(*) from image_copy f
                          where f.region_id = i.region_id and f.family = i.family and f.state = 'COPIED'
                            and f.account_id = i.account_id and f.created_at <= i.created_at) end as version,
                   array(select c.region_id || ' ' || c.id || ' ' || c.state from image_copy c
                          where c.execution_id = i.execution_id and c.id <> i.id order by c.region_id) as copies,
                   array(select distinct s.account_id from image_share s
                          where s.state = 'SHARED' and (s.image_id = i.id or s.image_id in
                                (select c.id from image_copy c where c.execution_id = i.execution_id))
                          order by 1) as accounts,\s""" + RevocableImages.CONDITION + """
                   as unfinished
              from image_copy i left join execution e on e.id = i.execution_id
             where i.state = 'COPIED'
               and (e.id is null or i.id = e.image_id
                    or i.id = (select c.id from image_copy c where c.execution_id = e.id and c.state = 'COPIED'
                                order by c.id <> e.image_id, c.region_id limit 1))
            """;

    /** Newest first; images of all accounts if none is given. */
    List<Row> list(Optional<Long> account, String family, Position after, int limit) {
        return jdbc.sql(SELECT + " and (i.created_at, i.id) < (:createdAt, :id)"
                        + (account.isPresent() ? " and i.account_id = :account" : "")
                        + (family.isEmpty() ? "" : " and i.family = :family")
                        + " order by i.created_at desc, i.id desc limit :limit")
                .param("account", account.orElse(0L))
                .param("family", family)
                .param("createdAt", after.time())
                .param("id", after.id())
                .param("limit", limit)
                .query(ShownImages::row)
                .list();
    }

    /** One image, by the id that it has in the list. */
    Optional<Row> find(String id) {
        return jdbc.sql(SELECT + " and i.id = :id")
                .param("id", id)
                .query(ShownImages::row)
                .optional();
    }

    private static Row row(ResultSet row, int number) throws SQLException {
        return new Row(
                row.getString("id"),
                row.getLong("account_id"),
                row.getString("region_id"),
                row.getString("name"),
                row.getString("family"),
                row.getInt("version"),
                row.getLong("bytes"),
                Optional.ofNullable(row.getString("digest")),
                row.getBoolean("deprecated"),
                row.getBoolean("unfinished"),
                List.of((String[]) row.getArray("copies").getArray()),
                Arrays.stream((Long[]) row.getArray("accounts").getArray())
                        .map(String::valueOf)
                        .toList(),
                row.getString("origin"),
                Optional.ofNullable(row.getString("execution_id")),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
