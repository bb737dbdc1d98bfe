package dev.kiln.execution;

import dev.kiln.account.AccountId;
import dev.kiln.image.ImageId;
import dev.kiln.region.RegionId;
import dev.kiln.template.Tag;
import dev.kiln.template.TemplateId;
import dev.kiln.template.TemplateRows;
import dev.kiln.trace.TraceParent;
import java.sql.Types;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * The rows of executions and their history. A change of status and its event are always one statement, so that they
 * never differ. Writes of workers name id, attempt and status.
 */
public final class Executions {

    private static final List<String> CANCELLABLE = Arrays.stream(ExecutionStatus.values())
            .filter(ExecutionStatus::isCancellable)
            .map(Enum::name)
            .toList();

    // One event for each change on the path, numbered by the version after it.
    private static final String ADVANCE = """
            with advanced as (
                update execution
                   set status = :to, outcome = coalesce(:outcome, outcome),
                       message = case when :message = '' then message else :message end,
                       error_code = case when :code = '' then error_code else :code end,
                       error_info = case when :code = '' then error_info else :info end,
                       version = version + :steps, modified_at = now(),
                       finished_at = case when :final then now() end
                 where id = :id and attempt = :attempt and status = :from
                returning *)
            insert into execution_event
                   (execution_id, template_id, account_id, sequence, from_status, to_status, attempt, message)
            select a.id, a.template_id, a.account_id, a.version - :steps + s.number, s.from_status, s.to_status,
                   a.attempt, coalesce(nullif(s.message, ''), a.message)
              from advanced a, unnest(:froms, :tos, :messages) with ordinality
                   as s (from_status, to_status, message, number)
             order by s.number
            """;

    private final JdbcClient jdbc;
    private final JsonMapper json = new JsonMapper();
    private final TemplateRows templates = new TemplateRows(json);

    public Executions(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Starts an execution of a template of the account. Empty when one is already running, or when there is no such
     * template. Of any number of simultaneous calls one wins: the unique index decides. The API writes the same rows
     * for many starts at once (GatheredStarts): a column added here belongs there too.
     *
     * @param trace place in a trace for all work of the execution
     */
    public Optional<ExecutionId> start(
            ExecutionId id,
            ImageId image,
            TemplateId template,
            AccountId account,
            List<Tag> tags,
            Optional<TraceParent> trace) {
        return jdbc.sql("""
                        with started as (
                            insert into execution
                                   (id, template_id, account_id, region_id, image_id, status, message, tags, trace)
                            select :id, t.id, t.account_id, t.region_id, :image, 'PREPARING', 'accepted', :tags::jsonb, :trace
                              from template t
                             where t.id = :template and t.account_id = :account
                            on conflict (template_id) where finished_at is null do nothing
                            returning *),
                        event as (
                            insert into execution_event
                                   (execution_id, template_id, account_id, sequence, to_status, attempt, message, rings)
                            select id, template_id, account_id, version, status, attempt, message, true from started)
                        select id from started
                        """)
                .param("id", id.value())
                .param("image", image.value())
                .param("template", template.value())
                .param("account", account.value())
                .param("tags", json.writeValueAsString(tags))
                .param("trace", trace.map(TraceParent::header).orElse(null), Types.VARCHAR)
                .query(String.class)
                .optional()
                .map(ExecutionId::new);
    }

    /**
     * Records which image is imported as the base of an execution, in the transaction that starts the execution.
     *
     * @param kept when the image stays after the execution's end: NEVER, AFTER_SUCCESS, AFTER_FAILURE or ALWAYS
     */
    public void importsBase(ExecutionId id, ImageId image, String kept) {
        jdbc.sql("update execution set imported_image_id = :image, imported_kept = :kept where id = :id")
                .param("image", image.value())
                .param("kept", kept)
                .param("id", id.value())
                .update();
    }

    /**
     * Records what started an execution other than a request, in the transaction that starts it.
     *
     * @param follows the chain of templates whose images led to it, in order
     */
    public void startedBy(ExecutionId id, Origin origin, List<TemplateId> follows) {
        jdbc.sql("""
                        update execution set started_by = :origin, follows = nullif(cast(:follows as text[]), '{}')
                         where id = :id
                        """)
                .param("origin", origin.name())
                .param("follows", follows.stream().map(TemplateId::value).toArray(String[]::new))
                .param("id", id.value())
                .update();
    }

    /**
     * Claims an execution for a worker that holds its template's lock, on the session that holds it: a successful claim
     * proves that the lock was held. Increments the attempt, so that every earlier attempt finds its writes refused
     * from now on. The same statement records what the attempt may leave behind: scratch space in the worker's place,
     * and the image of its own region. Empty when the execution is final or gone.
     *
     * @param holder uses the session that holds the lock
     */
    public Optional<Attempt> claim(JdbcClient holder, ExecutionId id, String worker, String place) {
        return holder.sql("""
                        with claimed as (
                            update execution set attempt = attempt + 1, worker = :worker
                             where id = :id and finished_at is null
                            returning id, template_id, region_id, attempt, status, image_id, outcome, trace, created_at),
                        intended as (
                            insert into intent (kind, place, name, execution_id, attempt)
                            select 'SCRATCH', :place, id, id, attempt from claimed
                            union all
                            select 'COPY', region_id, 'images/' || image_id, id, attempt from claimed
                             where status in ('PREPARING', 'BUILDING'))
                        select c.id as execution_id, c.attempt, c.status, c.image_id, c.outcome, c.trace, t.*,
                               extract(epoch from clock_timestamp() - c.created_at) as age
                          from claimed c join template t on t.id = c.template_id
                        """)
                .param("id", id.value())
                .param("worker", worker)
                .param("place", place)
                .query((row, number) -> new Attempt(
                        new ExecutionId(row.getString("execution_id")),
                        row.getInt("attempt"),
                        ExecutionStatus.valueOf(row.getString("status")),
                        new ImageId(row.getString("image_id")),
                        Optional.ofNullable(row.getString("outcome")).map(Outcome::valueOf),
                        templates.mapRow(row, number),
                        Duration.ofMillis((long) (row.getDouble("age") * 1000)),
                        TraceParent.parse(row.getString("trace"))))
                .optional();
    }

    /**
     * Leaves the execution to workers with all these abilities in its present status. Writes nothing and returns false
     * when the execution has another status or belongs to another attempt.
     */
    public boolean leave(Attempt attempt, Set<Ability> needs) {
        return jdbc.sql("""
                        update execution set needs = :needs, needed_in = status
                         where id = :id and attempt = :attempt and status = :status
                        """)
                        .param("needs", Ability.words(needs))
                        .param("id", attempt.execution().value())
                        .param("attempt", attempt.number())
                        .param("status", attempt.status().name())
                        .update()
                == 1;
    }

    /**
     * Counts that the attempt's worker had no room for its present status, and returns how often workers had none.
     * Writes nothing and returns empty when the execution has another status or belongs to another attempt.
     */
    public Optional<Integer> leaveForRoom(Attempt attempt) {
        return jdbc.sql("""
                        update execution set no_room = no_room + 1
                         where id = :id and attempt = :attempt and status = :status
                        returning no_room
                        """)
                .param("id", attempt.execution().value())
                .param("attempt", attempt.number())
                .param("status", attempt.status().name())
                .query(Integer.class)
                .optional();
    }

    /** Records that the attempt's worker is alive, although the attempt is over. */
    public void survived(Attempt attempt) {
        jdbc.sql("update execution set survived_attempt = :attempt where id = :id and survived_attempt < :attempt")
                .param("id", attempt.execution().value())
                .param("attempt", attempt.number())
                .update();
    }

    /**
     * How many attempts directly before this one made no progress, as if their workers had been killed: no change of
     * status, no step kept, no word that it was over.
     */
    public int fruitlessBefore(Attempt attempt) {
        return jdbc.sql("""
                        select greatest(0, :attempt - 1 - greatest(
                                   e.survived_attempt,
                                   (select attempt from execution_event where execution_id = e.id order by sequence desc limit 1),
                                   (select max(attempt) from build_step where execution_id = e.id and exit_code = 0)))
                          from execution e where e.id = :id
                        """)
                .param("id", attempt.execution().value())
                .param("attempt", attempt.number())
                .query(Integer.class)
                .optional()
                .orElse(0);
    }

    /**
     * Moves the execution along a path of statuses and returns what the row says then: the last status of the path, or
     * another one when a cancel came first, in which case nothing was changed.
     *
     * @param path every change but the last must have a message, and neither outcome nor failure
     * @throws SupersededException when another attempt has the execution
     */
    public Attempt advance(Attempt attempt, Advance... path) {
        var last = path[path.length - 1];
        var messages = messages(path);
        var moved = jdbc.sql(ADVANCE)
                .param("id", attempt.execution().value())
                .param("attempt", attempt.number())
                .param("from", attempt.status().name())
                .param("to", last.to().name())
                .param("final", last.to().isFinal())
                // Typed even when null: a statement whose parameter types change is parsed and planned again.
                .param("outcome", last.outcome().map(Enum::name).orElse(null), Types.VARCHAR)
                .param("message", messages[path.length - 1])
                .param("code", last.failure().code())
                .param("info", last.failure().info())
                .param("steps", path.length)
                .param("froms", statusesBefore(attempt, path))
                .param("tos", Stream.of(path).map(step -> step.to().name()).toArray(String[]::new))
                .param("messages", messages)
                .update();
        return moved == 0
                ? reread(attempt)
                : attempt.in(last.to(), last.outcome().or(attempt::outcome));
    }

    /** The message of each change; an empty one is replaced by the message before it. */
    private static String[] messages(Advance... path) {
        var messages = new String[path.length];
        var message = "";
        for (var step = 0; step < path.length; step++) {
            message = path[step].message().isEmpty() ? message : path[step].message();
            messages[step] = message;
        }
        return messages;
    }

    private static String[] statusesBefore(Attempt attempt, Advance... path) {
        var before = new String[path.length];
        var status = attempt.status();
        for (var step = 0; step < path.length; step++) {
            if (!status.successors().contains(path[step].to())) {
                throw new IllegalStateException(status + " is not followed by " + path[step].to());
            }
            if (step < path.length - 1 && !path[step].isFollowed()) {
                throw new IllegalArgumentException("nothing is written with " + path[step] + " behind it");
            }
            before[step] = status.name();
            status = path[step].to();
        }
        return before;
    }

    /**
     * The attempt with the row's present status; a {@link SupersededException} when it is no longer the current one.
     */
    public Attempt reread(Attempt attempt) {
        return jdbc.sql("select status, outcome from execution where id = :id and attempt = :attempt")
                .param("id", attempt.execution().value())
                .param("attempt", attempt.number())
                .query((row, number) -> attempt.in(
                        ExecutionStatus.valueOf(row.getString("status")),
                        Optional.ofNullable(row.getString("outcome")).map(Outcome::valueOf)))
                .optional()
                .orElseThrow(() -> new SupersededException(attempt));
    }

    /**
     * Requests a cancel. The worker that has the execution sees it; if none answers until the deadline,
     * {@link EndedCancels#overdue()} ends the execution. Refused for a retry of failed targets, whose outcome is
     * already set: the images that a cancel would remove are in use. A refusal takes a second statement, to find the
     * reason.
     */
    public CancelAnswer requestCancel(ExecutionId id, AccountId account, Duration deadline) {
        var moved = jdbc.sql("""
                        with before as (
                            select id, status from execution
                             where id = :id and account_id = :account and status in (:cancellable)
                               and outcome is null for update),
                        cancelled as (
                            update execution e
                               set status = 'CANCELLING', cancel_deadline = now() + make_interval(secs => :seconds),
                                   message = 'cancel requested', version = version + 1, modified_at = now()
                              from before b
                             where e.id = b.id
                            returning e.*, b.status as from_status)
                        insert into execution_event
                               (execution_id, template_id, account_id, sequence, from_status, to_status, attempt, message, rings)
                        select id, template_id, account_id, version, from_status, status, attempt, message, true from cancelled
                        """)
                .param("id", id.value())
                .param("account", account.value())
                .param("cancellable", CANCELLABLE)
                .param("seconds", deadline.toMillis() / 1000.0)
                .update();
        return moved == 1
                ? CancelAnswer.ACCEPTED
                : statusOf(id, account)
                        .map(status -> status.isFinal() ? CancelAnswer.FINISHED : CancelAnswer.NOT_CANCELLABLE_NOW)
                        .orElse(CancelAnswer.NOT_FOUND);
    }

    /**
     * Re-opens an execution that ended as PARTITION_SUCCESS, to try only its failed targets again. The outcome stays
     * until there is a new one; an outcome that is set before RELEASING distinguishes a retry from a first
     * distribution. Refused while another execution of the template runs: the rule of one running execution holds for
     * retries too.
     */
    public RetryAnswer retry(ExecutionId id, AccountId account) {
        return retry(id, account, Optional.empty());
    }

    /** Re-opens it for the copy to one region and its shares only; failures in other regions stay as they are. */
    public RetryAnswer retry(ExecutionId id, AccountId account, Optional<RegionId> region) {
        return new Reopening(jdbc).of(id, account, region);
    }

    private Optional<ExecutionStatus> statusOf(ExecutionId id, AccountId account) {
        return jdbc.sql("select status from execution where id = :id and account_id = :account")
                .param("id", id.value())
                .param("account", account.value())
                .query(String.class)
                .optional()
                .map(ExecutionStatus::valueOf);
    }
}
