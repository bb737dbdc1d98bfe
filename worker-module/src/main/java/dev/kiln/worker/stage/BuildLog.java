package dev.kiln.worker.stage;

import dev.kiln.execution.Attempt;
import dev.kiln.execution.SupersededException;
import dev.kiln.worker.engine.BuildOutput;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log of one stage of one attempt: collects output and writes it in chunks, soon but not line by line. */
final class BuildLog implements BuildOutput, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BuildLog.class);
    private static final int CHUNK_BYTES = 1 << 15;
    // What is kept in memory while the database is away.
    private static final int MOST_PENDING_BYTES = 1 << 20;

    private final BuildLogs logs;
    private final Attempt attempt;
    private final long limit;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private long end;
    private boolean full;
    private boolean superseded;
    // Whether the last write failed, which may have come through all the same.
    private boolean uncertain;
    private long dropped;
    private boolean ended;
    private boolean atLineStart = true;
    private @Nullable Future<?> flushing;

    BuildLog(BuildLogs logs, Attempt attempt, long end, long limit) {
        this.logs = logs;
        this.attempt = attempt;
        this.end = end;
        this.limit = limit;
        this.full = end >= limit;
        if (end > 0) {
            line("-- " + attempt.status() + ", attempt " + attempt.number());
        }
    }

    void flushedBy(Future<?> task) {
        flushing = task;
    }

    @Override
    public void phase(String what) {
        line("-- " + what);
    }

    @Override
    public void stepStarted(int number, int total, String text) {
        line("[" + number + "/" + total + "] " + text);
    }

    @Override
    public void stepFinished(int number, int total, Duration took) {
        line(String.format(Locale.ROOT, "[%d/%d] done in %.2f s", number, total, took.toMillis() / 1000.0));
    }

    @Override
    public synchronized void output(byte[] bytes, int length) {
        if (full || length == 0) {
            return;
        }
        if (pending.size() >= MOST_PENDING_BYTES) {
            dropped += length;
            return;
        }
        var room = limit - end - pending.size();
        pending.write(bytes, 0, (int) Math.min(length, room));
        atLineStart = bytes[length - 1] == '\n';
        if (length > room) {
            full = true;
            pending.writeBytes(("\n-- the log ends here: it has reached its limit of " + limit + " bytes\n")
                    .getBytes(StandardCharsets.UTF_8));
        }
        if (pending.size() >= CHUNK_BYTES && !uncertain) {
            flush();
        }
    }

    private synchronized void line(String text) {
        var bytes = ((atLineStart ? "" : "\n") + text + "\n").getBytes(StandardCharsets.UTF_8);
        output(bytes, bytes.length);
    }

    /**
     * Writes what has been collected. Trouble with the log never ends a build: what could not be written is tried again
     * at the next call. A superseded attempt writes no more.
     */
    synchronized void flush() {
        if (ended || superseded || pending.size() == 0) {
            return;
        }
        var content = pending.toByteArray();
        pending.reset();
        var written = 0;
        try {
            written = skipStored(content.length);
            while (written < content.length) {
                var chunk = Arrays.copyOfRange(content, written, Math.min(content.length, written + CHUNK_BYTES));
                uncertain = true;
                logs.append(attempt, end, chunk);
                uncertain = false;
                written += chunk.length;
                end += chunk.length;
            }
        } catch (SupersededException e) {
            superseded = true;
        } catch (RuntimeException e) {
            LOG.warn("the log of {} waits at byte {}: {}", attempt.execution(), end, e.getMessage());
        }
        pending.write(content, written, content.length - written);
        tellDropped();
    }

    private int skipStored(int length) {
        if (!uncertain) {
            return 0;
        }
        var stored = (int) Math.min(logs.end(attempt) - end, length);
        end += stored;
        uncertain = false;
        return stored;
    }

    private void tellDropped() {
        if (dropped > 0 && !uncertain) {
            var notice = "\n-- " + dropped + " bytes are missing here: the database was away\n";
            dropped = 0;
            pending.writeBytes(notice.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Writes what has been collected and tells how long the log is. */
    synchronized long flushed() {
        flush();
        return end;
    }

    /**
     * Ends the log without its last lines: what is returned writes them, in the transaction that changes the status.
     * After trouble they are written at once instead, since trouble with the log must not undo that change.
     */
    synchronized Runnable end() {
        stopFlushing();
        if (uncertain || superseded) {
            flush();
        }
        ended = true;
        var last = pending.toByteArray();
        return last.length == 0 || uncertain || superseded ? () -> {} : () -> append(last);
    }

    private void append(byte[] content) {
        for (var from = 0; from < content.length; from += CHUNK_BYTES) {
            logs.append(
                    attempt,
                    end + from,
                    Arrays.copyOfRange(content, from, Math.min(content.length, from + CHUNK_BYTES)));
        }
    }

    private void stopFlushing() {
        var task = flushing;
        if (task != null) {
            task.cancel(false);
        }
    }

    @Override
    public synchronized void close() {
        stopFlushing();
        flush();
    }
}
