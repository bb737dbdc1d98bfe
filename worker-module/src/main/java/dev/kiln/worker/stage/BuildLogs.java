package dev.kiln.worker.stage;

import dev.kiln.execution.Attempt;
import dev.kiln.execution.SupersededException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The logs of builds, kept as chunks by offset so that readers can follow while they grow. */
public final class BuildLogs implements AutoCloseable {

    // How long a line may wait until readers can see it.
    private static final long FLUSH_MILLIS = 200;

    private static final String APPEND = """
            with writer as (
                select id, attempt from execution where id = :execution and attempt = :attempt for share),
            marked as (
                insert into build_log_mark (execution_id, first_byte, end_byte, kind, stage, step, steps,
                                            millis, text, attempt)
                select w.id, m.*, w.attempt
                  from writer w, unnest(:firsts, :ends, :kinds, :stages, :steps, :of, :millis, :texts) m
                on conflict do nothing),
            left_behind as (
                delete from build_log_chunk c using writer w
                 where c.execution_id = w.id and c.first_byte in (
                       select o.first_byte from build_log_chunk o
                        where o.execution_id = :execution and o.first_byte >= :head
                        order by o.first_byte limit 8)
                   and c.first_byte + length(c.content) <= :end - :tail)
            insert into build_log_chunk (execution_id, first_byte, content, attempt)
            select id, :first, :content, attempt from writer
            """;

    private final JdbcClient jdbc;
    private final LogLimit limit;
    private final ScheduledExecutorService flushing = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "build-log");
        thread.setDaemon(true);
        return thread;
    });

    public BuildLogs(JdbcClient jdbc, long limitBytes) {
        this.jdbc = jdbc;
        this.limit = LogLimit.of(limitBytes);
    }

    /** Continues the execution's log where earlier attempts, stages and tries of this stage left it. */
    BuildLog open(Attempt attempt) {
        var log = new BuildLog(this, attempt, end(attempt), limit);
        log.flushedBy(flushing.scheduleWithFixedDelay(log::flush, FLUSH_MILLIS, FLUSH_MILLIS, TimeUnit.MILLISECONDS));
        return log;
    }

    /** The length of the log in bytes. */
    long end(Attempt attempt) {
        return jdbc.sql("""
                        select first_byte + length(content) from build_log_chunk
                         where execution_id = :execution order by first_byte desc limit 1
                        """)
                .param("execution", attempt.execution().value())
                .query(Long.class)
                .optional()
                .orElse(0L);
    }

    /**
     * Adds a chunk and its marks, and deletes the oldest chunks between the head and the tail.
     *
     * @throws SupersededException when another attempt writes the log now
     */
    void append(Attempt attempt, PendingOutput.Chunk chunk) {
        var marks = chunk.marks();
        var written = jdbc.sql(APPEND)
                .param("first", chunk.first())
                .param("end", chunk.end())
                .param("content", chunk.content())
                .param("head", limit.head())
                .param("tail", limit.tail())
                .param("firsts", marks.stream().map(LogMark::first).toArray(Long[]::new))
                .param("ends", marks.stream().map(LogMark::end).toArray(Long[]::new))
                .param("kinds", texts(marks, mark -> mark.line().kind().name()))
                .param("stages", texts(marks, mark -> mark.stage().name()))
                .param("steps", marks.stream().map(mark -> mark.line().step()).toArray(Integer[]::new))
                .param("of", marks.stream().map(mark -> mark.line().steps()).toArray(Integer[]::new))
                .param(
                        "millis",
                        marks.stream().map(mark -> mark.line().millis()).toArray(Long[]::new))
                .param("texts", texts(marks, mark -> mark.line().text()))
                .param("execution", attempt.execution().value())
                .param("attempt", attempt.number())
                .update();
        if (written == 0) {
            throw new SupersededException(attempt);
        }
    }

    private static String[] texts(List<LogMark> marks, Function<LogMark, String> text) {
        return marks.stream().map(text).toArray(String[]::new);
    }

    @Override
    public void close() {
        flushing.shutdownNow();
    }
}
