package dev.kiln.worker.region;

import dev.kiln.execution.Failure;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageId;
import dev.kiln.image.ImageMetadata;
import dev.kiln.region.RegionId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * Copies that CopyImage asked for. A copy belongs to the worker that claimed it last: every write names the attempt.
 * One that has given no sign of life for a while is anybody's.
 */
public final class ImageCopies {

    /** How long a worker may be silent before another takes its copy. */
    static final Duration LEASE = Duration.ofSeconds(30);

    // The vendor's rule: at most five at a time into a region, others wait.
    private static final int AT_ONCE = 5;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final JsonMapper json;

    public ImageCopies(JdbcClient jdbc, TransactionTemplate transaction, JsonMapper json) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.json = json;
    }

    /** A copy that waits. */
    record Waiting(ImageId image, RegionId region, ImageId source) {}

    /** A copy that is this worker's until somebody else claims it. */
    record Claim(Waiting copy, int attempt) {}

    /** An image that can be copied, and where it is. */
    record Source(RegionId region, Target.Content content) {}

    /** The claim is over: the copy was cancelled, or is another worker's. */
    static final class ClaimOverException extends RuntimeException {

        private static final long serialVersionUID = 1;

        private ClaimOverException(Claim claim) {
            super("copy " + claim.copy().image() + " is no longer attempt " + claim.attempt() + "'s");
        }
    }

    /** Copies that nobody is at work on, the oldest first. */
    List<Waiting> waiting(int most) {
        return jdbc.sql("""
                        select id, region_id, copy_of from image_copy
                         where copy_of is not null and (state = 'PENDING'
                               or state = 'COPYING' and modified_at < now() - interval '1 second' * :lease)
                         order by created_at, id limit :most
                        """)
                .param("lease", LEASE.toSeconds())
                .param("most", most)
                .query((row, number) -> new Waiting(
                        new ImageId(row.getString(1)), new RegionId(row.getString(2)), new ImageId(row.getString(3))))
                .list();
    }

    /** Makes it this worker's, unless somebody was quicker or its region has enough to do. */
    Optional<Claim> claim(Waiting copy) {
        return transaction.execute(status -> {
            jdbc.sql("select pg_advisory_xact_lock(hashtextextended('copies into ' || :region, 0))")
                    .param("region", copy.region().value())
                    .query()
                    .listOfRows();
            return jdbc.sql("""
                            update image_copy c set state = 'COPYING', attempts = attempts + 1, modified_at = now()
                             where id = :id and copy_of is not null and (state = 'PENDING'
                                   or state = 'COPYING' and modified_at < now() - interval '1 second' * :lease)
                               and (select count(*) from image_copy o
                                     where o.region_id = c.region_id and o.copy_of is not null and o.state = 'COPYING'
                                       and o.modified_at >= now() - interval '1 second' * :lease) < :atOnce
                            returning attempts
                            """)
                    .param("id", copy.image().value())
                    .param("lease", LEASE.toSeconds())
                    .param("atOnce", AT_ONCE)
                    .query(Integer.class)
                    .optional()
                    .map(attempt -> new Claim(copy, attempt));
        });
    }

    /** What is to be copied, or nothing when it is gone. */
    Optional<Source> source(Claim claim) {
        return jdbc.sql("""
                        select region_id, digest, bytes, metadata, part_length, part_digests from image_copy
                         where id = :id and state = 'COPIED'
                        """)
                .param("id", claim.copy().source().value())
                .query((row, number) -> new Source(
                        new RegionId(row.getString("region_id")),
                        new Target.Content(
                                new Digest(row.getString("digest")),
                                row.getLong("bytes"),
                                json.readValue(row.getString("metadata"), ImageMetadata.class),
                                Targets.parts(row))))
                .optional();
    }

    /** A sign of life. */
    void beat(Claim claim) {
        write(claim, "modified_at = now()", Map.of());
    }

    /** So many bytes were written; also a sign of life. */
    void progress(Claim claim, long bytes) {
        write(claim, "bytes_done = :done, modified_at = now()", Map.of("done", bytes));
    }

    /** The copy is complete and was verified: from now on it is available. */
    void copied(Claim claim, Target.Content content) {
        write(claim, """
                state = 'COPIED', digest = :digest, bytes = :bytes, bytes_done = :bytes, metadata = :metadata::jsonb,
                part_length = :partLength, part_digests = :partDigests, error_code = '', error_info = '', modified_at = now()
                """, Targets.columns(content, json));
    }

    void failed(Claim claim, Failure failure) {
        write(
                claim,
                "state = 'FAILED', error_code = :code, error_info = :info, modified_at = now()",
                Map.of("code", failure.code(), "info", failure.info()));
    }

    /** This worker stops: another may go on at once. */
    void release(Claim claim) {
        write(claim, "state = 'PENDING', modified_at = now()", Map.of());
    }

    /** Whether nobody wants the copy any more. */
    boolean isWithdrawn(Claim claim) {
        return jdbc.sql("select not exists (select from image_copy where id = :id and error_code <> 'Deleting')")
                .param("id", claim.copy().image().value())
                .query(Boolean.class)
                .single();
    }

    private void write(Claim claim, String change, Map<String, ?> values) {
        var parameters = new HashMap<String, Object>(values);
        parameters.put("id", claim.copy().image().value());
        parameters.put("attempt", claim.attempt());
        var written = jdbc.sql("update image_copy set " + change
                        + " where id = :id and attempts = :attempt and state = 'COPYING'")
                .params(parameters)
                .update();
        if (written == 0) {
            throw new ClaimOverException(claim);
        }
    }
}
