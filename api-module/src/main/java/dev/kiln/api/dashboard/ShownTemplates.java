package dev.kiln.api.dashboard;

import dev.kiln.api.rpc.PagingTokens.Position;
import dev.kiln.execution.ExecutionStatus;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads templates for pages. */
@Component
public final class ShownTemplates {

    private final JdbcClient jdbc;

    ShownTemplates(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A template and the results of its executions; they are empty for who may not see these. */
    public record Row(
            String id,
            String name,
            long accountId,
            String region,
            String description,
            String base,
            boolean onFamily,
            String family,
            String buildContent,
            String testContent,
            List<String> regions,
            List<String> accounts,
            Optional<Results> results,
            Instant createdAt)
            implements Visitor.Owned {

        /** The template without what the visitor may not see in lists of executions. */
        Row seenBy(Visitor visitor) {
            return visitor.mayListExecutions(this)
                    ? this
                    : new Row(
                            id,
                            name,
                            accountId,
                            region,
                            description,
                            base,
                            onFamily,
                            family,
                            buildContent,
                            testContent,
                            regions,
                            accounts,
                            Optional.empty(),
                            createdAt);
        }
    }

    /** How its executions ended. */
    public record Results(int ended, int succeeded, Optional<Last> last) {}

    /** Its newest execution. */
    public record Last(String id, ExecutionStatus status, Instant at) {}

    private static final String COLUMNS = """
            select t.*, c.*, l.id as last_id, l.status as last_status, l.created_at as last_at
              from template t
             cross join lateral (
                select coalesce(sum(executions), 0) as ended,
                       coalesce(sum(executions) filter (where final_status = 'SUCCESS'), 0) as succeeded
                  from execution_count where template_id = t.id) c
              left join lateral (
                select id, status, created_at from execution
                 where template_id = t.id order by created_at desc, id desc limit 1) l on true
            """;

    Optional<Row> find(String id) {
        return jdbc.sql(COLUMNS + "where t.id = :id")
                .param("id", id)
                .query(ShownTemplates::row)
                .optional();
    }

    /** Newest first; templates of all accounts if none is given. */
    List<Row> list(Optional<Long> account, Position after, int limit) {
        return jdbc.sql(COLUMNS + "where (t.created_at, t.id) < (:createdAt, :id)"
                        + (account.isPresent() ? " and t.account_id = :account" : "")
                        + " order by t.created_at desc, t.id desc limit :limit")
                .param("account", account.orElse(0L))
                .param("createdAt", after.time())
                .param("id", after.id())
                .param("limit", limit)
                .query(ShownTemplates::row)
                .list();
    }

    private static Row row(ResultSet row, int number) throws SQLException {
        var type = row.getString("base_image_type");
        return new Row(
                row.getString("id"),
                row.getString("name"),
                row.getLong("account_id"),
                row.getString("region_id"),
                row.getString("description"),
                switch (type) {
                    case "IMAGE_FAMILY" -> "newest of family " + row.getString("base_image");
                    case "OSS" -> "imported from a bucket at each start";
                    default -> row.getString("base_image");
                },
                type.equals("IMAGE_FAMILY"),
                row.getString("image_family"),
                row.getString("build_content"),
                row.getString("test_content"),
                List.of((String[]) row.getArray("to_region_ids").getArray()),
                Arrays.stream((Long[]) row.getArray("add_accounts").getArray())
                        .map(String::valueOf)
                        .toList(),
                Optional.of(
                        new Results(row.getInt("ended"), row.getInt("succeeded"), last(row.getString("last_id"), row))),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }

    private static Optional<Last> last(@Nullable String id, ResultSet row) throws SQLException {
        return id == null
                ? Optional.empty()
                : Optional.of(new Last(
                        id,
                        ExecutionStatus.valueOf(row.getString("last_status")),
                        row.getObject("last_at", OffsetDateTime.class).toInstant()));
    }
}
