package dev.kiln.api.live;

import dev.kiln.api.live.LogChunk.Mark;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.log.MovedLogs;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads the progress and output of all followed executions in one statement each. */
@Component
final class LiveRows {

    /** The most chunks of an execution that one look takes. */
    static final int CHUNKS = 16;

    private static final int MOVED_BYTES = CHUNKS << 15;

    private final JdbcClient jdbc;
    private final MovedLogs moved;

    LiveRows(JdbcClient jdbc, MovedLogs moved) {
        this.jdbc = jdbc;
        this.moved = moved;
    }

    /**
     * An execution as one look finds it.
     *
     * @param state changes whenever anything shown on a page about the execution changes
     * @param logEnd length of its log
     * @param isMoved whether its log is in a region
     */
    record Seen(ExecutionStatus status, String state, long logEnd, boolean isMoved) {}

    /** The current state of each execution; deleted ones are missing. */
    Map<String, Seen> look(List<String> executions) {
        var seen = new HashMap<String, Seen>();
        jdbc.sql("""
                select e.id, e.status,
                       concat_ws(' ', e.version, e.attempt,
                           (select string_agg(c.state || c.attempts || '.' || c.bytes_done, ',' order by c.id)
                              from image_copy c where c.execution_id = e.id),
                           (select string_agg(s.state, ',' order by s.image_id, s.account_id)
                              from image_copy c join image_share s on s.image_id = c.id where c.execution_id = e.id),
                           (select count(*) from build_log_mark m where m.execution_id = e.id and m.kind <> 'NOTE')) as state,
                       coalesce((select l.first_byte + length(l.content) from build_log_chunk l
                                  where l.execution_id = e.id order by l.first_byte desc limit 1),
                                o.log_end, 0) as log_end,
                       o.execution_id is not null as moved
                  from execution e left join moved_log o on o.execution_id = e.id where e.id = any(:ids)
                """).param("ids", executions.toArray(String[]::new)).query(row -> {
            seen.put(
                    row.getString("id"),
                    new Seen(
                            ExecutionStatus.valueOf(row.getString("status")),
                            row.getString("state"),
                            row.getLong("log_end"),
                            row.getBoolean("moved")));
        });
        return seen;
    }

    /** The executions' logs behind these offsets, from the first byte that still exists. */
    Map<String, List<LogChunk>> read(Map<String, Long> offsets) {
        var ids = List.copyOf(offsets.keySet());
        var marks = marks(offsets);
        var chunks = new HashMap<String, List<LogChunk>>();
        jdbc.sql("""
                select f.id, c.first_byte, c.content, c.at
                  from unnest(:ids, :offsets) f (id, first)
                 cross join lateral (
                    select l.first_byte, l.content, l.at from build_log_chunk l
                     where l.execution_id = f.id
                       and l.first_byte >= coalesce((select max(b.first_byte) from build_log_chunk b
                                                      where b.execution_id = f.id and b.first_byte <= f.first), 0)
                       and l.first_byte + length(l.content) > f.first
                     order by l.first_byte limit :chunks) c
                 order by f.id, c.first_byte
                """)
                .param("ids", ids.toArray(String[]::new))
                .param("offsets", ids.stream().map(offsets::get).toArray(Long[]::new))
                .param("chunks", CHUNKS)
                .query(row -> {
                    var id = row.getString("id");
                    chunks.computeIfAbsent(id, any -> new ArrayList<>())
                            .add(chunk(row, marks.getOrDefault(id, List.of())));
                });
        return chunks;
    }

    /** The chunks of a log that has been moved to a region, behind the offset. */
    private List<LogChunk> readMoved(ExecutionId execution, long offset) {
        var pieces = moved.read(execution, offset, MOVED_BYTES);
        var marks = pieces.isEmpty() ? Map.<String, List<Mark>>of() : marks(Map.of(execution.value(), offset));
        return pieces.stream()
                .map(piece -> new LogChunk(
                        piece.first(),
                        piece.content(),
                        piece.at(),
                        LogChunk.about(piece.first(), piece.end(), marks.getOrDefault(execution.value(), List.of()))))
                .toList();
    }

    /** The chunks of one log, cut at the offset. */
    List<LogChunk> read(ExecutionId execution, long offset) {
        var found = read(Map.of(execution.value(), offset)).getOrDefault(execution.value(), List.of());
        return (found.isEmpty() ? readMoved(execution, offset) : found)
                .stream().map(chunk -> chunk.from(offset)).toList();
    }

    private Map<String, List<Mark>> marks(Map<String, Long> offsets) {
        var ids = List.copyOf(offsets.keySet());
        var marks = new HashMap<String, List<Mark>>();
        jdbc.sql("""
                select m.* from unnest(:ids, :offsets) f (id, first)
                  join build_log_mark m on m.execution_id = f.id
                   and m.first_byte >= coalesce((select max(b.first_byte) from build_log_mark b
                                                  where b.execution_id = f.id and b.kind <> 'NOTE'
                                                    and b.first_byte <= f.first), 0)
                 order by m.execution_id, m.first_byte
                """)
                .param("ids", ids.toArray(String[]::new))
                .param("offsets", ids.stream().map(offsets::get).toArray(Long[]::new))
                .query(row -> {
                    marks.computeIfAbsent(row.getString("execution_id"), any -> new ArrayList<>())
                            .add(mark(row));
                });
        return marks;
    }

    private static Mark mark(ResultSet row) throws SQLException {
        return new Mark(
                row.getLong("first_byte"),
                row.getLong("end_byte"),
                row.getString("kind"),
                row.getString("stage"),
                row.getInt("step"),
                row.getInt("steps"));
    }

    private static LogChunk chunk(ResultSet row, List<Mark> marks) throws SQLException {
        var first = row.getLong("first_byte");
        var content = row.getBytes("content");
        return new LogChunk(
                first,
                content,
                row.getObject("at", OffsetDateTime.class).toInstant(),
                LogChunk.about(first, first + content.length, marks));
    }
}
