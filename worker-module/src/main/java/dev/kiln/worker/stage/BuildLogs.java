package dev.kiln.worker.stage;

import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.SupersededException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The logs of builds, kept as chunks by offset so that readers can follow while they grow. */
public final class BuildLogs implements AutoCloseable {

    // How long a line may wait before readers can see it.
    private static final long FLUSH_MILLIS = 200;

    private final JdbcClient jdbc;
    private final long limitBytes;
    private final ScheduledExecutorService flushing = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "build-log");
        thread.setDaemon(true);
        return thread;
    });

    public BuildLogs(JdbcClient jdbc, long limitBytes) {
        this.jdbc = jdbc;
        this.limitBytes = limitBytes;
    }

    /** Continues the execution's log where earlier attempts and stages left it. */
    BuildLog open(Attempt attempt) {
        var log = new BuildLog(this, attempt, isFirst(attempt) ? 0 : end(attempt), limitBytes);
        log.flushedBy(flushing.scheduleWithFixedDelay(log::flush, FLUSH_MILLIS, FLUSH_MILLIS, TimeUnit.MILLISECONDS));
        return log;
    }

    private static boolean isFirst(Attempt attempt) {
        return attempt.number() == 1 && attempt.status() == ExecutionStatus.BUILDING;
    }

    /** How many bytes the log has. */
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

    /** Adds a chunk; a {@link SupersededException} when another attempt writes the log now. */
    void append(Attempt attempt, long firstByte, byte[] content) {
        var written = jdbc.sql("""
                        insert into build_log_chunk (execution_id, first_byte, content, attempt)
                        select id, :first, :content, attempt from execution
                         where id = :execution and attempt = :attempt for share
                        """)
                .param("first", firstByte)
                .param("content", content)
                .param("execution", attempt.execution().value())
                .param("attempt", attempt.number())
                .update();
        if (written == 0) {
            throw new SupersededException(attempt);
        }
    }

    @Override
    public void close() {
        flushing.shutdownNow();
    }
}
