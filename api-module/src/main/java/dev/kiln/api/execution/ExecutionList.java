package dev.kiln.api.execution;

import dev.kiln.account.AccountId;
import dev.kiln.api.operation.Tags;
import dev.kiln.api.rpc.PagingTokens.Position;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.region.RegionId;
import dev.kiln.template.Tag;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Reads executions for people and SDKs; nothing is changed here. */
@Component
final class ExecutionList {

    private static final TypeReference<List<Tag>> TAGS = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final JsonMapper json;

    ExecutionList(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /**
     * An execution as it is shown.
     *
     * @param imageId empty until the image of the template's region exists
     * @param resourceGroup the template's
     */
    record Listed(
            String executionId,
            String templateId,
            String region,
            ExecutionStatus status,
            String message,
            String errorCode,
            String errorInfo,
            String imageId,
            int attempt,
            String resourceGroup,
            List<Tag> tags,
            Instant createdAt,
            Instant modifiedAt,
            Optional<Instant> finishedAt) {}

    /** What a listing is narrowed to; empty texts and lists do not narrow. */
    record Filter(
            AccountId account,
            RegionId region,
            String templateId,
            String executionId,
            List<String> statuses,
            List<Tag> tags) {}

    private static final String COLUMNS = """
            select e.*, coalesce((select i.id from image_copy i where i.id = e.image_id and i.state = 'COPIED'), '') as ready,
                   coalesce((select t.kept ->> 'ResourceGroupId' from template t where t.id = e.template_id), '') as resource_group
            """;

    private static final String MATCHING = """
            from execution e
            where e.account_id = :account and e.region_id = :region
              and (:template = '' or e.template_id = :template)
              and (:execution = '' or e.id = :execution)
              and (cardinality(cast(:statuses as text[])) = 0 or e.status = any(cast(:statuses as text[])))
              and e.tags @> cast(:tags as jsonb)
            """;

    Optional<Listed> find(ExecutionId id, AccountId account) {
        return jdbc.sql(COLUMNS + "from execution e where e.id = :id and e.account_id = :account")
                .param("id", id.value())
                .param("account", account.value())
                .query(this::listed)
                .optional();
    }

    int count(Filter filter) {
        return bind(jdbc.sql("select count(*) " + MATCHING), filter)
                .query(Integer.class)
                .single();
    }

    /** Newest first, from behind the position on. */
    List<Listed> list(Filter filter, Position after, int limit) {
        return bind(jdbc.sql(COLUMNS + MATCHING + """
                              and (e.created_at, e.id) < (:createdAt, :id)
                            order by e.created_at desc, e.id desc limit :limit
                            """), filter)
                .param("createdAt", after.time())
                .param("id", after.id())
                .param("limit", limit)
                .query(this::listed)
                .list();
    }

    private StatementSpec bind(StatementSpec statement, Filter filter) {
        return statement
                .param("account", filter.account().value())
                .param("region", filter.region().value())
                .param("template", filter.templateId())
                .param("execution", filter.executionId())
                .param("statuses", filter.statuses().toArray(String[]::new))
                .param("tags", json.writeValueAsString(Tags.filter(filter.tags())));
    }

    private Listed listed(ResultSet row, int number) throws SQLException {
        return new Listed(
                row.getString("id"),
                row.getString("template_id"),
                row.getString("region_id"),
                ExecutionStatus.valueOf(row.getString("status")),
                row.getString("message"),
                row.getString("error_code"),
                row.getString("error_info"),
                row.getString("ready"),
                row.getInt("attempt"),
                row.getString("resource_group"),
                json.readValue(row.getString("tags"), TAGS),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("modified_at", OffsetDateTime.class).toInstant(),
                Optional.ofNullable(row.getObject("finished_at", OffsetDateTime.class))
                        .map(OffsetDateTime::toInstant));
    }
}
