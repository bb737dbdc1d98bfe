package dev.kiln.api.webhook;

import dev.kiln.account.AccountId;
import dev.kiln.secret.SecretSeal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Messages to webhooks: the queue of each execution, the claims of sending processes, and the log. */
public final class Deliveries {

    // Longer than a try can take: resolving the name, connecting, and waiting for the answer.
    private static final Duration LEASE = Duration.ofMinutes(2);
    private static final int LONGEST_TROUBLE = 500;

    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);

    private final JdbcClient jdbc;
    private final SecretSeal seal;

    Deliveries(JdbcClient jdbc, SecretSeal seal) {
        this.jdbc = jdbc;
        this.seal = seal;
    }

    /** A message that this process is sending. */
    record Claim(
            long id,
            String webhook,
            AccountId account,
            int attempt,
            String event,
            String url,
            Optional<String> secret) {}

    /**
     * Claims up to {@code atMost} due messages, only the first of each execution's queue. A claim holds for a while, so
     * that any number of processes can send. Messages of the accounts in {@code passedOver} are skipped.
     */
    List<Claim> claim(int atMost, Collection<AccountId> passedOver) {
        return jdbc.sql("""
                        with due as (
                            select d.id, w.account_id, w.url, w.secret
                              from webhook_delivery d join webhook w on w.id = d.webhook_id
                             where d.state = 'PENDING' and d.next_try_at <= now()
                               and w.account_id <> all(cast(:not as bigint[]))
                               and not exists (select from webhook_delivery before
                                                where before.webhook_id = d.webhook_id and before.execution_id = d.execution_id
                                                  and before.sequence < d.sequence and before.state = 'PENDING')
                             order by d.next_try_at, d.id limit :most
                               for update of d skip locked)
                        update webhook_delivery d
                           set attempts = d.attempts + 1, next_try_at = now() + make_interval(secs => :lease)
                          from due where d.id = due.id
                        returning d.id, d.webhook_id, due.account_id, d.attempts, d.event, due.url, due.secret
                        """)
                .param("not", passedOver.stream().map(AccountId::value).toArray(Long[]::new))
                .param("most", atMost)
                .param("lease", (double) LEASE.toSeconds())
                .query(this::claim)
                .list();
    }

    private Claim claim(ResultSet row, int number) throws SQLException {
        var webhook = row.getString("webhook_id");
        return new Claim(
                row.getLong("id"),
                webhook,
                new AccountId(row.getLong("account_id")),
                row.getInt("attempts"),
                row.getString("event"),
                row.getString("url"),
                open(webhook, row.getBytes("secret")));
    }

    /** Empty if it was sealed under another key; that must not hold up other webhooks. */
    private Optional<String> open(String webhook, byte[] secret) {
        try {
            return Optional.of(seal.open(webhook, secret));
        } catch (RuntimeException e) {
            LOG.warn("the secret of {} cannot be opened: {}", webhook, e.toString());
            return Optional.empty();
        }
    }

    /** The receiver accepted it: the next message of its queue is due. */
    void delivered(Claim claim, int answer) {
        jdbc.sql("""
                        with done as (
                            update webhook_delivery
                               set state = 'DELIVERED', answer = :answer, trouble = '', ended_at = now()
                             where id = :id and attempts = :attempt and state = 'PENDING'
                            returning webhook_id, execution_id)
                        update webhook_delivery d set next_try_at = now() from done
                         where d.webhook_id = done.webhook_id and d.execution_id = done.execution_id
                           and d.state = 'PENDING' and d.id <> :id
                        """)
                .param("answer", answer)
                .param("id", claim.id())
                .param("attempt", claim.attempt())
                .update();
    }

    /**
     * The receiver did not accept it: it and its queue are tried again after the pause, unless that would be too late.
     *
     * @return whether it was too late
     */
    boolean failed(Claim claim, @Nullable Integer answer, String trouble, Duration pause, Duration giveUpAfter) {
        return jdbc.sql("""
                        with tried as (
                            update webhook_delivery
                               set answer = cast(:answer as integer), trouble = :trouble,
                                   next_try_at = now() + make_interval(secs => :pause),
                                   state = case when now() + make_interval(secs => :pause)
                                                     > created_at + make_interval(secs => :most)
                                                then 'FAILED' else 'PENDING' end,
                                   ended_at = case when now() + make_interval(secs => :pause)
                                                        > created_at + make_interval(secs => :most) then now() end
                             where id = :id and attempts = :attempt and state = 'PENDING'
                            returning webhook_id, execution_id, next_try_at, state),
                        line as (
                            update webhook_delivery d
                               set next_try_at = case when tried.state = 'PENDING' then tried.next_try_at else now() end
                              from tried
                             where d.webhook_id = tried.webhook_id and d.execution_id = tried.execution_id
                               and d.state = 'PENDING' and d.id <> :id)
                        select state = 'FAILED' from tried
                        """)
                .param("answer", answer)
                .param("trouble", trouble.substring(0, Math.min(trouble.length(), LONGEST_TROUBLE)))
                .param("pause", pause.toMillis() / 1000.0)
                .param("most", (double) giveUpAfter.toSeconds())
                .param("id", claim.id())
                .param("attempt", claim.attempt())
                .query(Boolean.class)
                .optional()
                .orElse(false);
    }

    /**
     * Adds a message without data, as a test; if one waits already, that becomes due now, so that they do not pile up.
     */
    void addTest(String webhook) {
        jdbc.sql("""
                        with waits as (
                            update webhook_delivery set next_try_at = now()
                             where webhook_id = :webhook and execution_id is null and state = 'PENDING'
                            returning id)
                        insert into webhook_delivery (webhook_id, sequence, event)
                        select :webhook, 0, '{}' where not exists (select from waits)
                        """).param("webhook", webhook).update();
    }

    /**
     * A line of the log.
     *
     * @param executionId empty for a test
     * @param state PENDING, DELIVERED or FAILED
     * @param answer the status of the last answer, if there was one
     * @param trouble the failure of the last try; empty if it did not fail
     */
    public record Delivery(
            String messageId,
            @Nullable String executionId,
            int sequence,
            String state,
            int attempts,
            @Nullable Integer answer,
            String trouble,
            Instant createdAt,
            Optional<Instant> nextTryAt,
            Optional<Instant> endedAt) {}

    /** Newest first. */
    List<Delivery> log(String webhook, int limit) {
        return jdbc.sql("""
                        select id, execution_id, sequence, state, attempts, answer, trouble, created_at, next_try_at, ended_at
                          from webhook_delivery where webhook_id = :webhook order by id desc limit :limit
                        """)
                .param("webhook", webhook)
                .param("limit", limit)
                .query((row, number) -> new Delivery(
                        messageId(row.getLong("id")),
                        row.getString("execution_id"),
                        row.getInt("sequence"),
                        row.getString("state"),
                        row.getInt("attempts"),
                        row.getObject("answer", Integer.class),
                        row.getString("trouble"),
                        row.getObject("created_at", OffsetDateTime.class).toInstant(),
                        row.getString("state").equals("PENDING") ? time(row, "next_try_at") : Optional.empty(),
                        time(row, "ended_at")))
                .list();
    }

    private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }

    static String messageId(long delivery) {
        return "msg_" + delivery;
    }

    /** Removes old messages from the log, and pending ones of deleted webhooks; a part at a time. */
    int purge(Duration keepFor) {
        return jdbc.sql("""
                        delete from webhook_delivery where id in (
                            select id from webhook_delivery
                             where ended_at < now() - make_interval(secs => :keep) limit 5000)
                           or id in (
                            select d.id from webhook_delivery d
                             where d.state = 'PENDING' and d.next_try_at < now() - interval '1 minute'
                               and not exists (select from webhook w where w.id = d.webhook_id) limit 5000)
                        """).param("keep", (double) keepFor.toSeconds()).update();
    }
}
