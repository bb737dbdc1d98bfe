package dev.kiln.api.execution;

import dev.kiln.execution.ExecutionId;
import dev.kiln.log.MovedLogs;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads an execution's timeline, targets and output. */
@Component
public final class ExecutionRecord {

    private final JdbcClient jdbc;
    private final MovedLogs moved;

    ExecutionRecord(JdbcClient jdbc, MovedLogs moved) {
        this.jdbc = jdbc;
        this.moved = moved;
    }

    /** One change of status. */
    public record Event(int sequence, @Nullable String from, String to, int attempt, String message, Instant at) {}

    /** The changes of status, in order. */
    public List<Event> events(ExecutionId id) {
        return jdbc.sql("""
                select sequence, from_status, to_status, attempt, message, at from execution_event
                where execution_id = :id order by sequence
                """)
                .param("id", id.value())
                .query((row, number) -> new Event(
                        row.getInt("sequence"),
                        row.getString("from_status"),
                        row.getString("to_status"),
                        row.getInt("attempt"),
                        row.getString("message"),
                        row.getObject("at", OffsetDateTime.class).toInstant()))
                .list();
    }

    /** One account that a copy is shared with, or will be. */
    public record Share(String accountId, String state, String errorCode, String errorInfo) {}

    /** One region that gets a copy. */
    public record Target(
            String regionId,
            String imageId,
            String state,
            @Nullable String digest,
            @Nullable String artifact,
            long bytes,
            long bytesDone,
            int attempts,
            String errorCode,
            String errorInfo,
            List<Share> shares) {}

    /** The regions that get a copy; empty until their rows are written. */
    public List<Target> targets(ExecutionId id) {
        var shares = shares(id);
        return jdbc.sql("select * from image_copy where execution_id = :id order by created_at, region_id")
                .param("id", id.value())
                .query((row, number) -> new Target(
                        row.getString("region_id"),
                        row.getString("id"),
                        row.getString("state"),
                        row.getString("digest"),
                        row.getString("artifact"),
                        row.getLong("bytes"),
                        row.getLong("bytes_done"),
                        row.getInt("attempts"),
                        row.getString("error_code"),
                        row.getString("error_info"),
                        shares.getOrDefault(row.getString("id"), List.of())))
                .list();
    }

    private record ImageShare(String imageId, Share share) {}

    private Map<String, List<Share>> shares(ExecutionId id) {
        return jdbc
                .sql("""
                select s.* from image_share s join image_copy i on i.id = s.image_id
                where i.execution_id = :id order by s.account_id
                """)
                .param("id", id.value())
                .query((row, number) -> new ImageShare(
                        row.getString("image_id"),
                        new Share(
                                row.getString("account_id"),
                                row.getString("state"),
                                row.getString("error_code"),
                                row.getString("error_info"))))
                .list()
                .stream()
                .collect(Collectors.groupingBy(
                        ImageShare::imageId, Collectors.mapping(ImageShare::share, Collectors.toList())));
    }

    /**
     * A piece of a log.
     *
     * @param next the offset to go on from; where output was left out, it is further on than {@code bytes} is long
     */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares pieces.
    public record Log(byte[] bytes, long next) {}

    /** Output from an offset on, about {@code limit} bytes at most; a line marks where output was left out. */
    public Log log(ExecutionId id, long offset, int limit) {
        var output = new LogText(offset, limit);
        // The driver keeps all rows of an answer in memory, so the statement ends at the limit: content that is not
        // returned is not read either, as octet_length reads only the header of a long value.
        jdbc.sql("""
                select first_byte, content from (
                    select first_byte, content,
                           sum(first_byte + octet_length(content) - greatest(first_byte, :offset)) over (
                               order by first_byte rows between unbounded preceding and 1 preceding) as before
                      from build_log_chunk
                     where execution_id = :id
                       and first_byte >= coalesce((select max(first_byte) from build_log_chunk
                                                    where execution_id = :id and first_byte <= :offset), 0)
                       and first_byte + octet_length(content) > :offset
                     order by first_byte limit :chunks) chunk
                where coalesce(before, 0) < :bytes
                order by first_byte
                """)
                .param("id", id.value())
                .param("offset", offset)
                .param("bytes", limit)
                .param("chunks", Math.max(1, limit / 1024))
                .query(row -> {
                    output.add(row.getLong("first_byte"), row.getBytes("content"));
                });
        if (output.next() == offset) {
            moved.read(id, offset, limit).forEach(piece -> output.add(piece.first(), piece.content()));
        }
        return new Log(output.bytes(), output.next());
    }

    /** Number of bytes of output so far. */
    long logSize(ExecutionId id) {
        // By the last chunk alone: a long log has too many to look at each for every request.
        return jdbc.sql("""
                        select first_byte + octet_length(content) from build_log_chunk
                        where execution_id = :id order by first_byte desc limit 1
                        """)
                .param("id", id.value())
                .query(Long.class)
                .optional()
                .orElseGet(() -> moved.end(id));
    }
}
