package dev.kiln.api.dashboard;

import dev.kiln.api.rpc.PagingTokens.Position;
import dev.kiln.execution.ExecutionQueue;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Origin;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads executions for pages, of one account or of all. */
@Component
public final class ShownExecutions {

    private final JdbcClient jdbc;

    ShownExecutions(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * An execution with its template's name; the image is empty until it exists.
     *
     * @param waits whether no worker has it, although it has not ended
     */
    public record Row(
            String id,
            String templateId,
            String template,
            long accountId,
            String region,
            ExecutionStatus status,
            String message,
            String errorCode,
            String errorInfo,
            int attempt,
            String imageId,
            boolean isRetry,
            boolean waits,
            boolean waitsForAbility,
            Origin startedBy,
            Instant createdAt,
            Optional<Instant> finishedAt)
            implements Visitor.Owned {

        /** The look of what becomes of it at the moment, whatever a worker that was lost has written. */
        public Status look() {
            return waits ? Status.WAITING : Status.of(status);
        }

        /** The same in a word. */
        public String word() {
            return waits ? Status.WAITING.word() : Status.word(status);
        }

        /** How long it took, or has taken so far. */
        public Duration took() {
            return Duration.between(createdAt, finishedAt.orElseGet(Instant::now));
        }

        /** The first line of the failure. */
        public String trouble() {
            return errorInfo.lines().findFirst().orElse("");
        }
    }

    /** The filter of a list; empty members do not filter. */
    record Filter(Optional<Long> account, String template, Optional<ExecutionStatus> status, boolean running) {}

    private static final String COLUMNS = """
            select e.*, t.name as template_name,
                   coalesce((select i.id from image_copy i where i.id = e.image_id and i.state = 'COPIED'), '') as ready
            """ + ExecutionQueue.WAITS + ExecutionQueue.UNMET;

    private static final String NEWEST = " order by e.created_at desc, e.id desc limit :limit";

    Optional<Row> find(String id) {
        return jdbc.sql(COLUMNS + "from execution e join template t on t.id = e.template_id where e.id = :id")
                .param("id", id)
                .query(ShownExecutions::row)
                .optional();
    }

    /** At most {@code limit} executions behind the position, newest first. */
    List<Row> list(Filter filter, Position after, int limit) {
        // Reads all accounts one by one, each by its index: one index across accounts would cost every start.
        var all = filter.account().isPresent() || !filter.template().isEmpty()
                ? "execution e where " + matching(filter)
                : "account a cross join lateral (select e.* from execution e where e.account_id = a.id and "
                        + matching(filter) + NEWEST + ") e where true";
        return jdbc.sql(COLUMNS + "from (select e.* from " + all + NEWEST
                        + ") e join template t on t.id = e.template_id" + " order by e.created_at desc, e.id desc")
                .param("account", filter.account().orElse(0L))
                .param("template", filter.template())
                .param("status", filter.status().map(Enum::name).orElse(""))
                .param("createdAt", after.time())
                .param("id", after.id())
                .param("limit", limit)
                .query(ShownExecutions::row)
                .list();
    }

    /** Conditions only for what is given: a statement with all of them would fit no index. */
    private static String matching(Filter filter) {
        var conditions = new ArrayList<>(List.of("(e.created_at, e.id) < (:createdAt, :id)"));
        filter.account().ifPresent(account -> conditions.add("e.account_id = :account"));
        if (filter.running()) {
            conditions.add("e.finished_at is null");
        }
        if (!filter.template().isEmpty() && filter.status().isPresent()) {
            conditions.add("e.template_id || ' ' || e.final_status = :template || ' ' || :status");
            conditions.add("e.final_status is not null");
        } else if (!filter.template().isEmpty()) {
            conditions.add("e.template_id = :template");
        } else if (filter.status().isPresent()) {
            conditions.add("e.final_status = '" + filter.status().get().name() + "'");
        }
        return String.join(" and ", conditions);
    }

    private static Row row(ResultSet row, int number) throws SQLException {
        return new Row(
                row.getString("id"),
                row.getString("template_id"),
                row.getString("template_name"),
                row.getLong("account_id"),
                row.getString("region_id"),
                ExecutionStatus.valueOf(row.getString("status")),
                ExecutionQueue.message(row),
                row.getString("error_code"),
                row.getString("error_info"),
                row.getInt("attempt"),
                row.getString("ready"),
                row.getString("outcome") != null && row.getString("status").equals("DISTRIBUTING"),
                row.getBoolean("waits"),
                !ExecutionQueue.waitsFor(row).isEmpty(),
                Origin.of(row.getString("started_by")),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                Optional.ofNullable(row.getObject("finished_at", OffsetDateTime.class))
                        .map(OffsetDateTime::toInstant));
    }
}
