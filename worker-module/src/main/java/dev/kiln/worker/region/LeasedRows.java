package dev.kiln.worker.region;

import dev.kiln.execution.Failure;
import dev.kiln.region.RegionId;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Rows of work that one worker at a time does: a row belongs to the worker that claimed it last, and every write names
 * the attempt. Any worker can claim the work of one that has given no sign of life for a while (docs/adr/0010). The
 * table has the columns id, region_id, state, attempts, bytes_done, error_code, error_info, created_at and modified_at.
 */
final class LeasedRows {

    /** How long a worker may be silent before another can take its work. */
    static final Duration LEASE = Duration.ofSeconds(30);

    // The vendor's rule for copies: at most five into a region at a time, further ones wait.
    private static final int AT_ONCE = 5;

    private static final String MINE = " where id = :id and attempts = :attempt and state = 'COPYING'";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final String table;
    private final String kind;

    /** @param kind SQL condition for the table's rows of this work */
    LeasedRows(JdbcClient jdbc, TransactionTemplate transaction, String table, String kind) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.table = table;
        this.kind = kind;
    }

    /** A row that is this worker's until somebody else claims it. */
    record Claim(String id, int attempt, RegionId region) {}

    /** The claim is over: the work was cancelled, or belongs to another worker. */
    static final class ClaimOverException extends RuntimeException {

        private static final long serialVersionUID = 1;

        private ClaimOverException(Claim claim) {
            super(claim.id() + " is no longer attempt " + claim.attempt() + "'s");
        }
    }

    /** Work that nobody is at, the oldest first, of regions that have not enough to do, without these regions'. */
    List<String> waiting(int most, Collection<RegionId> without) {
        return jdbc.sql("""
                        with busy as (
                            select region_id from %1$s
                             where %2$s and state = 'COPYING' and modified_at >= now() - interval '1 second' * :lease
                             group by region_id having count(*) >= :atOnce)
                        select id from %1$s
                         where %2$s and (state = 'PENDING'
                                   or state = 'COPYING' and modified_at < now() - interval '1 second' * :lease)
                           and region_id not in (select region_id from busy)
                           and region_id <> all(cast(:without as text[]))
                         order by created_at, id limit :most
                        """.formatted(table, kind))
                .param("lease", LEASE.toSeconds())
                .param("atOnce", AT_ONCE)
                .param("without", without.stream().map(RegionId::value).toArray(String[]::new))
                .param("most", most)
                .query(String.class)
                .list();
    }

    /** Claims the row, unless another worker was faster or its region is at its limit. */
    Optional<Claim> claim(String id) {
        return transaction.execute(status -> {
            jdbc.sql("""
                            select pg_advisory_xact_lock(hashtextextended('work of ' || :table || ' in ' ||
                                (select region_id from %s where id = :id), 0))
                            """.formatted(table))
                    .param("table", table)
                    .param("id", id)
                    .query()
                    .listOfRows();
            return jdbc.sql("""
                            update %1$s c set state = 'COPYING', attempts = attempts + 1, modified_at = now()
                             where id = :id and %2$s and (state = 'PENDING'
                                   or state = 'COPYING' and modified_at < now() - interval '1 second' * :lease)
                               and (select count(*) from %1$s o
                                     where o.region_id = c.region_id and %2$s and o.state = 'COPYING'
                                       and o.modified_at >= now() - interval '1 second' * :lease) < :atOnce
                            returning attempts, region_id
                            """.formatted(table, kind))
                    .param("id", id)
                    .param("lease", LEASE.toSeconds())
                    .param("atOnce", AT_ONCE)
                    .query((row, number) ->
                            new Claim(id, row.getInt("attempts"), new RegionId(row.getString("region_id"))))
                    .optional();
        });
    }

    /** Gives a sign of life; returns how many bytes have been written. */
    long beat(Claim claim) {
        return jdbc.sql("update " + table + " set modified_at = now()" + MINE + " returning bytes_done")
                .param("id", claim.id())
                .param("attempt", claim.attempt())
                .query(Long.class)
                .optional()
                .orElseThrow(() -> new ClaimOverException(claim));
    }

    /** Records how many bytes have been written; also a sign of life. */
    void progress(Claim claim, long bytes) {
        write(claim, "bytes_done = :done, modified_at = now()", Map.of("done", bytes));
    }

    void failed(Claim claim, Failure failure) {
        write(
                claim,
                "state = 'FAILED', error_code = :code, error_info = :info, modified_at = now()",
                Map.of("code", failure.code(), "info", failure.info()));
    }

    /** This worker stops: another can go on at once. */
    void release(Claim claim) {
        write(claim, "state = 'PENDING', modified_at = now()", Map.of());
    }

    /** Writes to the row while the claim lasts. */
    void write(Claim claim, String change, Map<String, ?> values) {
        var parameters = new HashMap<String, Object>(values);
        parameters.put("id", claim.id());
        parameters.put("attempt", claim.attempt());
        var written = jdbc.sql("update " + table + " set " + change + MINE)
                .params(parameters)
                .update();
        if (written == 0) {
            throw new ClaimOverException(claim);
        }
    }
}
