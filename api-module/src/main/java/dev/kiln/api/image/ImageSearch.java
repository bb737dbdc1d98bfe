package dev.kiln.api.image;

import dev.kiln.account.AccountId;
import dev.kiln.api.operation.Tags;
import dev.kiln.image.RevocableImages;
import dev.kiln.region.RegionId;
import dev.kiln.template.Tag;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Finds images that an account can see: its own in any state, and available ones that are shared with it. */
@Component
final class ImageSearch {

    private static final OffsetDateTime LONG_AGO = OffsetDateTime.of(1, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);
    private static final OffsetDateTime FAR_AWAY = OffsetDateTime.of(9999, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

    private final JdbcClient jdbc;
    private final ImageRows rows;
    private final JsonMapper json;

    ImageSearch(JdbcClient jdbc, ImageRows rows, JsonMapper json) {
        this.jdbc = jdbc;
        this.rows = rows;
        this.json = json;
    }

    /**
     * The filter; empty lists, texts and bounds do not filter.
     *
     * @param namePattern a LIKE pattern
     * @param owner the owner's number, 0 for any
     */
    record Wanted(
            AccountId account,
            RegionId region,
            boolean own,
            boolean others,
            List<String> ids,
            String namePattern,
            String family,
            long owner,
            List<String> states,
            String architecture,
            String resourceGroup,
            List<Tag> tags,
            Optional<Instant> from,
            Optional<Instant> to) {}

    // Two halves, so that each uses its index: with an "or", all images of the region would be read.
    private static final String MATCHING = """
            from (select * from image_copy where :own and account_id = :account
                  union all
                  select c.* from image_share s join image_copy c on c.id = s.image_id
                   where :others and s.account_id = :account and s.state = 'SHARED'
                     and c.account_id <> :account and c.state = 'COPIED') i
            where i.region_id = :region and i.error_code <> 'Deleting'
              and (cardinality(cast(:ids as text[])) = 0 or i.id = any(cast(:ids as text[])))
              and (:name = '' or i.name like :name)
              and (:family = '' or i.family = :family)
              and (:owner = 0 or i.account_id = :owner)
              and case when i.deprecated then 'DEPRECATED'
                       when i.state = 'COPIED' and\s""" + RevocableImages.CONDITION + """
                       then 'COPYING'
                       else i.state end = any(cast(:states as text[]))
              and (:architecture = '' or coalesce(i.metadata ->> 'architecture', :architecture) = :architecture)
              and (:resourceGroup = '' or i.kept ->> 'ResourceGroupId' = :resourceGroup)
              and i.tags @> cast(:tags as jsonb)
              and i.created_at between :from and :to
            """;

    int count(Wanted wanted) {
        return bind(jdbc.sql("select count(*) " + MATCHING), wanted)
                .query(Integer.class)
                .single();
    }

    /** One page, newest first. */
    List<Image> page(Wanted wanted, int size, long offset) {
        return bind(
                        jdbc.sql("select " + ImageRows.COLUMNS + MATCHING
                                + "order by i.created_at desc, i.id desc limit :limit offset :offset"),
                        wanted)
                .param("limit", size)
                .param("offset", offset)
                .query(rows)
                .list();
    }

    private StatementSpec bind(StatementSpec statement, Wanted wanted) {
        return statement
                .param("account", wanted.account().value())
                .param("region", wanted.region().value())
                .param("own", wanted.own())
                .param("others", wanted.others())
                .param("ids", wanted.ids().toArray(String[]::new))
                .param("name", wanted.namePattern())
                .param("family", wanted.family())
                .param("owner", wanted.owner())
                .param("states", wanted.states().toArray(String[]::new))
                .param("architecture", wanted.architecture())
                .param("resourceGroup", wanted.resourceGroup())
                .param("tags", json.writeValueAsString(Tags.filter(wanted.tags())))
                .param("from", wanted.from().map(ImageSearch::utc).orElse(LONG_AGO))
                .param("to", wanted.to().map(ImageSearch::utc).orElse(FAR_AWAY));
    }

    /** The time, limited to what the database can hold; no image is older or newer. */
    private static OffsetDateTime utc(Instant time) {
        if (time.isBefore(LONG_AGO.toInstant())) {
            return LONG_AGO;
        }
        return time.isAfter(FAR_AWAY.toInstant()) ? FAR_AWAY : OffsetDateTime.ofInstant(time, ZoneOffset.UTC);
    }
}
