package dev.kiln.api.execution;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kiln.account.AccountId;
import dev.kiln.api.operation.Tags;
import dev.kiln.api.rpc.PagingTokens.Position;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionQueue;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Origin;
import dev.kiln.region.RegionId;
import dev.kiln.template.Tag;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Lists executions for people and SDKs; read-only. */
@Component
final class ExecutionList {

    private final JdbcClient jdbc;
    private final JsonMapper json;

    ExecutionList(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /**
     * An execution as it is shown.
     *
     * @param message the last thing that happened, or what the execution waits for if no present worker can run it
     * @param imageId empty until the image in the template's region exists
     * @param resourceGroup the template's
     * @param startedBy what started it, if not a request
     * @param waitsFor the abilities that it needs and no present worker has, in words
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
            Origin startedBy,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> waitsFor,
            Instant createdAt,
            Instant modifiedAt,
            Optional<Instant> finishedAt) {}

    /**
     * The filter of one template's listing; empty texts and lists do not filter. A template or an execution is given.
     */
    record Filter(
            AccountId account,
            RegionId region,
            String templateId,
            String executionId,
            List<String> statuses,
            List<Tag> tags) {

        private boolean isOneOrMoreStatusesOfATemplate() {
            return executionId.isEmpty() && !statuses.isEmpty();
        }

        private boolean isCounted() {
            return executionId.isEmpty() && tags.isEmpty();
        }
    }

    /** The filter of an account's listing; empty members do not filter. */
    record OfAccount(
            AccountId account,
            Optional<RegionId> region,
            Optional<List<String>> templates,
            List<ExecutionStatus> statuses) {

        private boolean isOneTemplate() {
            return templates.filter(all -> all.size() == 1).isPresent();
        }

        private String conditions() {
            var ofTemplates = isOneTemplate()
                    ? " and e.template_id = :template"
                    : " and e.template_id = any(cast(:templates as text[]))";
            return " and e.account_id = :account"
                    + (region.isPresent() ? " and e.region_id = :region" : "")
                    + (templates.isPresent() ? ofTemplates : "");
        }

        /** One condition for each index range to read. Only constants of the code stand in their text. */
        private Stream<String> parts() {
            if (statuses.isEmpty()) {
                return Stream.of("true");
            }
            var ended = statuses.stream()
                    .filter(ExecutionStatus::isFinal)
                    .map(status -> isOneTemplate()
                            ? "e.final_status is not null and e.template_id || ' ' || e.final_status = :template || ' "
                                    + status + "'"
                            : "e.final_status = '" + status + "'");
            return statuses.stream().allMatch(ExecutionStatus::isFinal)
                    ? ended
                    : Stream.concat(
                            ended, Stream.of("e.finished_at is null and e.status = any(cast(:statuses as text[]))"));
        }
    }

    /**
     * A part of a listing.
     *
     * @param total number of matching executions, not only those in this part
     */
    record Part(int total, List<Listed> executions) {}

    private record Counted(int total, Listed execution) {}

    private static final String COLUMNS = """
            select e.id, e.template_id, e.region_id, e.status, e.message, e.error_code, e.error_info, e.attempt, e.tags,
                   e.started_by, e.created_at, e.modified_at, e.finished_at,
                   coalesce((select i.id from image_copy i where i.id = e.image_id and i.state = 'COPIED'), '') as ready,
                   coalesce((select t.kept ->> 'ResourceGroupId' from template t where t.id = %s), '') as resource_group
            """ + ExecutionQueue.UNMET;

    private static final String OF_ANY_TEMPLATE = COLUMNS.formatted("e.template_id");

    // The template is looked up once, not for each row, which takes a third of a page's time.
    private static final String OF_ONE_TEMPLATE = COLUMNS.formatted(":template");

    // Counting does not depend on the length of the history: executions are counted when they end, and at most one of a
    // template has not ended.
    private static final String COUNTED = """
            coalesce((select sum(c.executions) from execution_count c where c.template_id = :template%s), 0)
            + (select count(*) from execution w where w.template_id = :template and w.finished_at is null%s)
            """;

    private static final String BEHIND = " and (e.created_at, e.id) < (:createdAt, :id)";

    private static final String NEWEST_FIRST = " order by e.created_at desc, e.id desc limit ";

    private static final String NEWEST = NEWEST_FIRST + ":limit";

    Optional<Listed> find(ExecutionId id, AccountId account) {
        return jdbc.sql(OF_ANY_TEMPLATE + "from execution e where e.id = :id and e.account_id = :account")
                .param("id", id.value())
                .param("account", account.value())
                .query(this::listed)
                .optional();
    }

    /**
     * At most {@code limit} executions from behind the position on, newest first; empty if the account has no such
     * template in the region.
     */
    Optional<Part> list(Filter filter, Position after, int limit) {
        // The limit stands in the text: PostgreSQL takes an unknown limit for a tenth of all rows, so a generic plan
        // looks dearer than one for this limit and it would plan for each page, which takes longer than reading one.
        var newest = NEWEST_FIRST + limit;
        var found = filter.isOneOrMoreStatusesOfATemplate()
                ? "(" + byStatus(filter, newest) + ") e" + newest
                : "execution e where " + matching(filter) + BEHIND + newest;
        var columns = filter.templateId().isEmpty() ? OF_ANY_TEMPLATE : OF_ONE_TEMPLATE;
        var rows = bind(jdbc.sql(columns + ", " + counted(filter) + " as total from " + found), filter)
                .param("createdAt", after.time())
                .param("id", after.id())
                .query((row, number) -> new Counted(row.getInt("total"), listed(row, number)))
                .list();
        return rows.isEmpty()
                ? count(filter).map(total -> new Part(total, List.of()))
                : Optional.of(new Part(
                        rows.get(0).total(),
                        rows.stream().map(Counted::execution).toList()));
    }

    /** The number of matches; empty if the account has no such template in the region. */
    private Optional<Integer> count(Filter filter) {
        var asked = filter.templateId().isEmpty() ? "" : """
                 from template t where t.id = :template and t.account_id = :account and t.region_id = :region
                """;
        return bind(jdbc.sql("select " + counted(filter) + asked), filter)
                .query(Integer.class)
                .optional();
    }

    private static String counted(Filter filter) {
        if (!filter.isCounted()) {
            return "(select count(*) from execution e where " + matching(filter) + ")";
        }
        return filter.statuses().isEmpty()
                ? COUNTED.formatted("", "")
                : COUNTED.formatted(
                        " and c.final_status = any(cast(:statuses as text[]))",
                        " and w.status = any(cast(:statuses as text[]))");
    }

    /** At most {@code limit} executions of all templates from behind the position on, newest first. */
    List<Listed> list(OfAccount filter, Position after, int limit) {
        var parts = filter.parts()
                .map(part -> "(select e.* from execution e where " + part + filter.conditions() + BEHIND + NEWEST + ")")
                .collect(Collectors.joining(" union all "));
        return jdbc.sql((filter.isOneTemplate() ? OF_ONE_TEMPLATE : OF_ANY_TEMPLATE) + "from (" + parts + ") e"
                        + NEWEST)
                .param("account", filter.account().value())
                .param("region", filter.region().map(RegionId::value).orElse(""))
                .param("templates", filter.templates().orElse(List.of()).toArray(String[]::new))
                .param(
                        "template",
                        filter.templates()
                                .flatMap(all -> all.stream().findFirst())
                                .orElse(""))
                .param("statuses", filter.statuses().stream().map(Enum::name).toArray(String[]::new))
                .param("createdAt", after.time())
                .param("id", after.id())
                .param("limit", limit)
                .query(this::listed)
                .list();
    }

    /**
     * Reads the newest of each status by itself, so that each is one short range of the index on template and status.
     */
    private static String byStatus(Filter filter, String newest) {
        var anyStatus = new Filter(filter.account, filter.region, "", "", List.of(), filter.tags);
        // The statuses stand in the text: PostgreSQL would not keep a plan for statuses that it does not know.
        var ended = Stream.of(ExecutionStatus.values())
                .filter(status -> status.isFinal() && filter.statuses().contains(status.name()))
                .map(status -> "(select e.* from execution e where e.final_status is not null"
                        + " and e.template_id || ' ' || e.final_status = :template || ' " + status + "' and "
                        + matching(anyStatus) + BEHIND + newest + ")");
        var running = "(select e.* from execution e where e.finished_at is null and " + matching(filter) + BEHIND + ")";
        return Stream.concat(ended, Stream.of(running)).collect(Collectors.joining(" union all "));
    }

    /** Conditions only for what is given: a statement with all of them would fit no index. */
    private static String matching(Filter filter) {
        var conditions = new ArrayList<>(List.of("e.account_id = :account", "e.region_id = :region"));
        if (!filter.templateId().isEmpty()) {
            conditions.add("e.template_id = :template");
        }
        if (!filter.executionId().isEmpty()) {
            conditions.add("e.id = :execution");
        }
        if (!filter.statuses().isEmpty()) {
            conditions.add("e.status = any(cast(:statuses as text[]))");
        }
        if (!filter.tags().isEmpty()) {
            conditions.add("e.tags @> cast(:tags as jsonb)");
        }
        return String.join(" and ", conditions);
    }

    private StatementSpec bind(StatementSpec statement, Filter filter) {
        return statement
                .param("account", filter.account().value())
                .param("region", filter.region().value())
                .param("template", filter.templateId())
                .param("execution", filter.executionId())
                .param("statuses", filter.statuses().stream().distinct().toArray(String[]::new))
                .param("tags", json.writeValueAsString(Tags.filter(filter.tags())));
    }

    private Listed listed(ResultSet row, int number) throws SQLException {
        return new Listed(
                row.getString("id"),
                row.getString("template_id"),
                row.getString("region_id"),
                ExecutionStatus.valueOf(row.getString("status")),
                ExecutionQueue.message(row),
                row.getString("error_code"),
                row.getString("error_info"),
                row.getString("ready"),
                row.getInt("attempt"),
                row.getString("resource_group"),
                Tags.read(json, row.getString("tags")),
                Origin.of(row.getString("started_by")),
                ExecutionQueue.waitsFor(row),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("modified_at", OffsetDateTime.class).toInstant(),
                Optional.ofNullable(row.getObject("finished_at", OffsetDateTime.class))
                        .map(OffsetDateTime::toInstant));
    }
}
