package dev.kiln.worker.stage;

import dev.kiln.execution.Attempt;
import dev.kiln.execution.SupersededException;
import dev.kiln.trace.TraceParent;
import dev.kiln.worker.engine.BuildFailedException;
import dev.kiln.worker.engine.BuildOutput;
import dev.kiln.worker.engine.NoRoomException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of one stage of one attempt: collects output and writes it in chunks, soon but not line by line. Once the
 * head is full, only the end is written, from time to time; of a build that prints faster than that, most output is
 * left out.
 */
final class BuildLog implements BuildOutput, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BuildLog.class);
    private static final int CHUNK_BYTES = 1 << 15;
    // The most that is kept in memory while the database is away.
    private static final int MOST_PENDING_BYTES = 1 << 20;
    // The most that one write adds behind the head.
    private static final int LAST_BYTES = 1 << 17;

    private final BuildLogs logs;
    private final Attempt attempt;
    private final LogLimit limit;
    private final PendingOutput pending;
    private boolean superseded;
    // Whether the last write failed; it may have been committed all the same.
    private boolean uncertain;
    private long dropped;
    private boolean ended;
    private boolean atLineStart = true;
    private @Nullable Future<?> flushing;

    BuildLog(BuildLogs logs, Attempt attempt, long end, LogLimit limit) {
        this.logs = logs;
        this.attempt = attempt;
        this.pending = new PendingOutput(end);
        this.limit = limit;
        if (end > 0) {
            phase(attempt.status() + ", attempt " + attempt.number());
        }
    }

    /** The engine's work for a stage. */
    interface Work<T> {
        T run() throws BuildFailedException, IOException, InterruptedException;
    }

    /** Does the work; when it fails, the log's last line says why. Lines printed before that are already in the log. */
    <T> T endingWithFailureOf(Work<T> work) throws BuildFailedException, IOException, InterruptedException {
        try {
            return work.run();
        } catch (BuildFailedException e) {
            var why = e.getMessage().lines().findFirst().orElse("");
            var end = why.lastIndexOf("; last lines:");
            phase("failed: " + (end < 0 ? why : why.substring(0, end)) + " (" + e.code() + ")");
            throw e;
        } catch (NoRoomException e) {
            phase("stopped: this worker's disk has no room left for it");
            throw e;
        }
    }

    void flushedBy(Future<?> task) {
        flushing = task;
    }

    @Override
    public Optional<TraceParent> trace() {
        return attempt.trace();
    }

    @Override
    public void phase(String what) {
        line("-- " + what, LogMark.Line.note());
    }

    @Override
    public void stepStarted(int number, int total, String text) {
        line("[" + number + "/" + total + "] " + text, new LogMark.Line(LogMark.Kind.STARTED, number, total, 0, text));
    }

    @Override
    public void stepFinished(int number, int total, Duration took) {
        line(
                String.format(Locale.ROOT, "[%d/%d] done in %.2f s", number, total, took.toMillis() / 1000.0),
                new LogMark.Line(LogMark.Kind.FINISHED, number, total, took.toMillis(), ""));
    }

    @Override
    public synchronized void output(byte[] bytes, int length) {
        if (length == 0) {
            return;
        }
        if (isBehindHead() && !uncertain && pending.size() + length > 2 * LAST_BYTES) {
            pending.keepLast(LAST_BYTES);
        }
        if (pending.size() >= MOST_PENDING_BYTES) {
            dropped += length;
            return;
        }
        pending.add(bytes, length);
        atLineStart = bytes[length - 1] == '\n';
        if (pending.size() >= CHUNK_BYTES && !uncertain && !isBehindHead()) {
            flush();
        }
    }

    private boolean isBehindHead() {
        return pending.first() >= limit.head();
    }

    private synchronized void line(String text, LogMark.Line line) {
        var bytes = ((atLineStart ? "" : "\n") + text + "\n").getBytes(StandardCharsets.UTF_8);
        var first = pending.end() + (atLineStart ? 0 : 1);
        var end = pending.end() + bytes.length;
        if (pending.size() < MOST_PENDING_BYTES) {
            pending.add(new LogMark(first, end, attempt.status(), line));
        }
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
        try {
            skipStored();
            for (var chunk = next(); chunk.content().length > 0; chunk = next()) {
                uncertain = true;
                logs.append(attempt, chunk);
                uncertain = false;
                pending.forgetBefore(chunk.end());
                pending.forget(chunk.marks());
            }
        } catch (SupersededException e) {
            superseded = true;
        } catch (RuntimeException e) {
            LOG.warn("the log of {} waits at byte {}: {}", attempt.execution(), pending.first(), e.getMessage());
        }
        tellDropped();
    }

    private PendingOutput.Chunk next() {
        if (isBehindHead()) {
            pending.keepLast(LAST_BYTES);
        }
        return pending.head(CHUNK_BYTES);
    }

    private void skipStored() {
        if (uncertain) {
            // Marks that were committed are not written twice: their offset is their key.
            pending.forgetBefore(Math.max(pending.first(), logs.end(attempt)));
            uncertain = false;
        }
    }

    private void tellDropped() {
        if (dropped > 0 && !uncertain) {
            var lost = dropped;
            dropped = 0;
            phase(lost + " bytes are missing here: the database was away");
        }
    }

    /** Writes what has been collected and returns the length of the log. */
    synchronized long flushed() {
        flush();
        return pending.first();
    }

    /**
     * Ends the log. The returned action writes its last lines, in the transaction that changes the status. After
     * trouble they are written at once instead: trouble with the log must not undo that change.
     */
    synchronized Runnable end() {
        stopFlushing();
        if (uncertain || superseded) {
            flush();
        }
        ended = true;
        if (pending.size() == 0 || uncertain || superseded) {
            return () -> {};
        }
        var last = pending.rest(CHUNK_BYTES);
        return () -> last.forEach(chunk -> logs.append(attempt, chunk));
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
        if (!ended && !superseded && !uncertain) {
            writeRest();
        }
    }

    /** Includes an incomplete character at the end. */
    private void writeRest() {
        try {
            pending.rest(CHUNK_BYTES).forEach(chunk -> logs.append(attempt, chunk));
        } catch (SupersededException e) {
            superseded = true;
        } catch (RuntimeException e) {
            LOG.warn("the log of {} lacks its last bytes: {}", attempt.execution(), e.getMessage());
        }
    }
}
