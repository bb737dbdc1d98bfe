package dev.kiln.api.component;

import dev.kiln.account.AccountId;
import dev.kiln.api.operation.Tags;
import dev.kiln.api.rpc.PagingTokens;
import dev.kiln.api.rpc.PagingTokens.Position;
import dev.kiln.component.Component;
import dev.kiln.component.ComponentRows;
import dev.kiln.region.RegionId;
import dev.kiln.template.ComponentReference.VersionPattern;
import dev.kiln.template.Tag;
import java.sql.Types;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Service;
import tools.jackson.databind.json.JsonMapper;

/** Finds an account's components. */
@Service
class ComponentSearch {

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final ComponentRows rows;

    ComponentSearch(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
        this.rows = new ComponentRows(json);
    }

    /** The filter; empty lists and texts do not filter. */
    record Wanted(
            AccountId account,
            RegionId region,
            List<String> ids,
            String name,
            VersionPattern version,
            String type,
            String systemType,
            String resourceGroup,
            List<Tag> tags) {}

    private static final String MATCHING = """
            from component
            where account_id = :account and region_id = :region
              and (cardinality(cast(:ids as text[])) = 0 or id = any(cast(:ids as text[])))
              and (:name = '' or name = :name)
              and major = coalesce(:major, major) and minor = coalesce(:minor, minor)
              and patch = coalesce(:patch, patch)
              and (:type = '' or type = :type)
              and (:systemType = '' or coalesce(kept ->> 'SystemType', 'Linux') = :systemType)
              and (:resourceGroup = '' or kept ->> 'ResourceGroupId' = :resourceGroup)
              and tags @> cast(:tags as jsonb)
            """;

    int count(Wanted wanted) {
        return bind(jdbc.sql("select count(*) " + MATCHING), wanted)
                .query(Integer.class)
                .single();
    }

    /** How many of the next {@code limit} components behind the position a page can hold; at least one. */
    int fitting(Wanted wanted, Position after, int limit) {
        var fitting = bind(jdbc.sql("""
                        select count(*) from (
                            select sum(octet_length(cast(component as text))) over (
                                       order by created_at desc, id desc
                                       rows between unbounded preceding and 1 preceding) as before
                        """ + MATCHING + """
                              and (created_at, id) < (:createdAt, :id)
                            order by created_at desc, id desc limit :limit) components
                        where coalesce(before, 0) < :bytes
                        """), wanted)
                .param("createdAt", after.time())
                .param("id", after.id())
                .param("limit", limit)
                .param("bytes", PagingTokens.PAGE_BYTES)
                .query(Integer.class)
                .single();
        return Math.max(1, fitting);
    }

    /** At most {@code limit} components behind the position, newest first. */
    List<Component> list(Wanted wanted, Position after, int limit) {
        return bind(jdbc.sql("select * " + MATCHING + """
                              and (created_at, id) < (:createdAt, :id)
                            order by created_at desc, id desc limit :limit
                            """), wanted)
                .param("createdAt", after.time())
                .param("id", after.id())
                .param("limit", limit)
                .query(rows)
                .list();
    }

    private StatementSpec bind(StatementSpec statement, Wanted wanted) {
        var version = wanted.version();
        return statement
                .param("account", wanted.account().value())
                .param("region", wanted.region().value())
                .param("ids", wanted.ids().toArray(String[]::new))
                .param("name", wanted.name())
                .param("major", orNull(version.major()), Types.INTEGER)
                .param("minor", orNull(version.minor()), Types.INTEGER)
                .param("patch", orNull(version.patch()), Types.INTEGER)
                .param("type", wanted.type())
                .param("systemType", wanted.systemType())
                .param("resourceGroup", wanted.resourceGroup())
                .param("tags", json.writeValueAsString(Tags.filter(wanted.tags())));
    }

    private static @Nullable Integer orNull(OptionalInt part) {
        return part.isPresent() ? part.getAsInt() : null;
    }
}
