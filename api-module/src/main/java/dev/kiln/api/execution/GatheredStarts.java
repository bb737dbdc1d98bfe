package dev.kiln.api.execution;

import dev.kiln.account.AccountId;
import dev.kiln.api.metric.RequestTraces;
import dev.kiln.api.operation.Call;
import dev.kiln.api.rpc.ClientTokens;
import dev.kiln.api.rpc.NewId;
import dev.kiln.api.template.SourceImages;
import dev.kiln.database.Gathered;
import dev.kiln.execution.ExecutionId;
import dev.kiln.region.RegionId;
import dev.kiln.region.Regions;
import dev.kiln.template.Tag;
import dev.kiln.template.TemplateId;
import dev.kiln.trace.TraceParent;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;
import tools.jackson.databind.json.JsonMapper;

/** The usual start: simultaneous starts that nothing speaks against share one statement. */
@Component
final class GatheredStarts {

    // Writes for each start what Executions.start writes for one: a column added to one of them belongs in both. Locked
    // templates are skipped, so that no start waits for what another start waits for. The starts are one JSON document,
    // not an array for each column: PostgreSQL knows the lengths of arrays, finds a plan for just these cheaper, and
    // plans each time, which takes longer than all the rest. The "offset" makes PostgreSQL look up the one running
    // execution of each template; without it, it reads the whole queue to join it.
    private static final String START = """
                with wanted as (
                    select * from jsonb_to_recordset(cast(:starts as jsonb))
                               as w (id text, image_id text, account_id bigint, template_id text, region_id text, tags jsonb,
                                     token text, digest text, trace text)),
                startable as (
                    select w.*
                      from wanted w join template t
                           on t.id = w.template_id and t.account_id = w.account_id and t.region_id = w.region_id
                     where array_prepend(t.region_id, t.to_region_ids) <@ cast(:configured as text[])
                       and t.base_image_type <> 'OSS' and\s""" + SourceImages.ARE_THERE + """
                       and not exists (select from template_component c where c.template_id = t.id)
                       and not exists (select from template_parameter p where p.template_id = t.id)
                       and not exists (
                           select from execution e where e.template_id = t.id and e.finished_at is null offset 0)
                       and not exists (select from wanted o where o.template_id = w.template_id and o.id < w.id)
                     order by t.id
                       for key share of t skip locked),
                token as (
                    insert into client_token (account_id, operation, token, request_digest, result_id)
                    select account_id, :operation, token, digest, id from startable where token is not null
                    on conflict do nothing
                    returning result_id),
                started as (
                    insert into execution
                           (id, template_id, account_id, region_id, image_id, status, message, tags, trace)
                    select s.id, s.template_id, s.account_id, s.region_id, s.image_id, 'PREPARING', 'accepted',
                           s.tags, s.trace
                      from startable s
                     where s.token is null or s.id in (select result_id from token)
                    returning *),
                event as (
                    insert into execution_event
                           (execution_id, template_id, account_id, sequence, to_status, attempt, message, rings)
                    select id, template_id, account_id, version, status, attempt, message, true from started)
                select id from started
                """;

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Regions regions;
    private final Gathered<Start, Boolean> started = new Gathered<>(this::start);

    GatheredStarts(JdbcClient jdbc, JsonMapper json, Regions regions) {
        this.jdbc = jdbc;
        this.json = json;
        this.regions = regions;
    }

    /** A requested start. */
    record Wanted(TemplateId template, RegionId region, List<Tag> tags) {}

    /** One start, with the ids that the execution and its image get. */
    private record Start(
            String execution,
            String image,
            AccountId account,
            Wanted wanted,
            Optional<ClientTokens.Token> token,
            Optional<TraceParent> trace) {}

    /**
     * Starts an execution and stores the id as the answer to the call's client token. Empty, with nothing written, if
     * something may speak against it; templates with components, parameters or an import are left to
     * {@link CheckedStart}.
     */
    Optional<ExecutionId> atOnce(Call call, Wanted wanted) {
        var id = NewId.execution();
        var start = new Start(
                id.value(),
                NewId.image().value(),
                call.account(),
                wanted,
                ClientTokens.find(call),
                RequestTraces.place());
        return started.ask(start) ? Optional.of(id) : Optional.empty();
    }

    private List<Boolean> start(List<Start> starts) {
        try {
            var started = insert(starts);
            return starts.stream()
                    .map(start -> started.contains(start.execution))
                    .toList();
        } catch (DataAccessException e) {
            if (isOfAll(e, starts)) {
                throw e;
            }
            return Collections.nCopies(starts.size(), false);
        }
    }

    /**
     * Whether the failure concerns all starts. A conflict (another process was faster, a template was deleted) or too
     * long a wait is caused by one of them, and nothing was written: each start is then checked by itself.
     */
    private static boolean isOfAll(DataAccessException failure, List<Start> starts) {
        return !(failure instanceof DataIntegrityViolationException)
                && (starts.size() == 1 || failure instanceof DataAccessResourceFailureException);
    }

    private Set<String> insert(List<Start> starts) {
        return new HashSet<>(jdbc.sql(START)
                .param(
                        "starts",
                        json.writeValueAsString(starts.stream().map(Row::of).toList()))
                .param("operation", StartExecution.NAME)
                .param("configured", regions.ids().stream().map(RegionId::value).toArray(String[]::new))
                .query(String.class)
                .list());
    }

    /** A start in the form that the statement reads. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    private record Row(
            String id,
            String imageId,
            long accountId,
            String templateId,
            String regionId,
            List<Tag> tags,
            @Nullable String token,
            @Nullable String digest,
            @Nullable String trace) {

        static Row of(Start start) {
            return new Row(
                    start.execution,
                    start.image,
                    start.account.value(),
                    start.wanted.template().value(),
                    start.wanted.region().value(),
                    start.wanted.tags(),
                    start.token.map(ClientTokens.Token::text).orElse(null),
                    start.token.map(ClientTokens.Token::digest).orElse(null),
                    start.trace.map(TraceParent::header).orElse(null));
        }
    }
}
