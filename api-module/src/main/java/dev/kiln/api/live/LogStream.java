package dev.kiln.api.live;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A follower of an execution: an offset in its log. What a slow client has not read stays in the database; it occupies
 * no memory and no thread.
 */
final class LogStream implements WriteListener, AsyncListener {

    private static final Logger LOG = LoggerFactory.getLogger(LogStream.class);
    private static final long SIGN_OF_LIFE_NANOS = Duration.ofSeconds(15).toNanos();

    private final Followed followed;
    private final LogReader reader;
    private final AsyncContext context;
    private final ServletOutputStream out;
    private final Executor pumps;
    private final Consumer<LogStream> left;
    private final Queue<Followed.Sent> next = new ArrayDeque<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicBoolean queued = new AtomicBoolean();
    private final long began = System.nanoTime();
    private volatile long lastWrite = began;
    private volatile boolean stuck;
    // Until the container says so, the answer belongs to its own thread.
    private volatile boolean writable;
    private long offset;
    private @Nullable String toldState;
    private boolean greeted;
    private boolean dirty;
    private boolean toldEnd;

    LogStream(Followed followed, LogReader reader, AsyncContext context, Executor pumps, Consumer<LogStream> left)
            throws IOException {
        this.followed = followed;
        this.reader = reader;
        this.context = context;
        this.out = context.getResponse().getOutputStream();
        this.pumps = pumps;
        this.left = left;
        this.offset = reader.offset();
    }

    void begin() {
        context.setTimeout(0);
        context.addListener(this);
        out.setWriteListener(this);
    }

    Followed followed() {
        return followed;
    }

    /** Sends what is available, as far as the client takes it. */
    void wake() {
        if (writable && !over.get() && queued.compareAndSet(false, true)) {
            pumps.execute(this::pump);
        }
    }

    /** Sends a sign of life or ends the answer, if it is time. */
    void tick(Duration longest, Duration patience) {
        var now = System.nanoTime();
        if (stuck && now - lastWrite > patience.toNanos()) {
            LOG.debug("a reader of the log of {} takes nothing", followed.execution());
            end();
        } else if (now - began > longest.toNanos()) {
            end();
        } else if (now - lastWrite > SIGN_OF_LIFE_NANOS) {
            wake();
        }
    }

    private synchronized void pump() {
        queued.set(false);
        try {
            while (!over.get() && isReady()) {
                var bytes = nextBytes();
                if (bytes != null) {
                    out.write(bytes);
                    lastWrite = System.nanoTime();
                    dirty = true;
                } else if (dirty) {
                    out.flush();
                    dirty = false;
                } else {
                    break;
                }
            }
            if (toldEnd && !dirty) {
                end();
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("a reader of the log of {} is gone: {}", followed.execution(), e.toString());
            end();
        }
    }

    private boolean isReady() {
        var ready = out.isReady();
        stuck = !ready;
        return ready;
    }

    private byte @Nullable [] nextBytes() {
        if (!greeted) {
            greeted = true;
            return Event.GREETING;
        }
        var state = followed.state();
        if (!state.equals(toldState)) {
            toldState = state;
            return reader.changed(followed.status());
        }
        var sent = nextOfLog();
        if (sent != null) {
            offset = sent.to();
            return sent.bytes();
        }
        if (followed.isOver(offset)) {
            return toldEnd ? null : lastBytes();
        }
        return System.nanoTime() - lastWrite > SIGN_OF_LIFE_NANOS ? Event.SIGN_OF_LIFE : null;
    }

    private byte[] lastBytes() {
        toldEnd = true;
        return reader.end(followed.status());
    }

    private Followed.@Nullable Sent nextOfLog() {
        if (next.isEmpty() && offset < followed.end()) {
            followed.from(offset).ifPresentOrElse(next::add, () -> next.addAll(reader.read(followed, offset)));
        }
        return next.poll();
    }

    /** Ends the answer; a client that wants more reconnects. */
    void end() {
        if (over.compareAndSet(false, true)) {
            left.accept(this);
            pumps.execute(this::complete);
        }
    }

    /** Never during a write: the container reuses the buffer for another answer. */
    private synchronized void complete() {
        try {
            context.complete();
        } catch (IllegalStateException e) {
            LOG.trace("the container was faster", e);
        }
    }

    @Override
    public void onWritePossible() {
        writable = true;
        wake();
    }

    @Override
    public void onError(Throwable failure) {
        end();
    }

    /** Called by the container when nobody writes any more. */
    @Override
    public synchronized void onComplete(AsyncEvent event) {
        if (over.compareAndSet(false, true)) {
            left.accept(this);
        }
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        end();
    }

    @Override
    public synchronized void onError(AsyncEvent event) {
        end();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {}
}
