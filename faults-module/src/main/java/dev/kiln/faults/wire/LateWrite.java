package dev.kiln.faults.wire;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The worst moment for a write of an overtaken worker: it reports that a copy begins, and arrives when another worker
 * has completed that very copy and is about to report that all are done. Only the fence refuses it. From the write on
 * the worker is silent, and the server has lost the session with its lock.
 */
public final class LateWrite {

    private static final long LONGEST_GATE_SECONDS = 5;

    private final Predicate<String> chosen;
    private final Consumer<Delivered> judge;
    private final CountDownLatch taken = new CountDownLatch(1);
    private final CountDownLatch delivered = new CountDownLatch(1);
    private volatile @Nullable Held held;
    private volatile String repeater = "";

    /** The held write, and since when it waits. */
    private record Held(Forwarder from, WireStatement statement, Instant since) {}

    /** A delivered write: its worker, the worker that made the copy meanwhile, and what it is about. */
    public record Delivered(String worker, String by, String execution, String image, Instant since) {}

    /**
     * Delivers the next write that begins a copy late.
     *
     * @param chosen takes the name of a worker that begins a copy; false lets the write pass
     * @param judge receives the delivery while all involved workers still wait
     */
    public LateWrite(Predicate<String> chosen, Consumer<Delivered> judge) {
        this.chosen = chosen;
        this.judge = judge;
    }

    /** Waits until a write is held, for at most this many seconds. */
    public boolean awaitTaken(long seconds) throws InterruptedException {
        return taken.await(seconds, TimeUnit.SECONDS);
    }

    /** Waits until the write is delivered, for at most this many seconds. */
    public boolean awaitDelivered(long seconds) throws InterruptedException {
        return delivered.await(seconds, TimeUnit.SECONDS);
    }

    /** Lets the worker go on, whatever became of its write. */
    public void end() {
        var waiting = held;
        if (waiting != null) {
            waiting.from().set(Forwarder.Passage.OPEN);
        }
    }

    void before(Forwarder forwarder, WireStatement statement) throws InterruptedException {
        var waiting = held;
        if (waiting == null) {
            take(forwarder, statement);
        } else if (!repeater.isEmpty()
                && forwarder != waiting.from()
                && concerns(waiting.statement(), statement)
                && statement.advances()) {
            waiting.from().set(Forwarder.Passage.OPEN);
            var unused = delivered.await(LONGEST_GATE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private synchronized void take(Forwarder forwarder, WireStatement statement) {
        if (held == null && beginsCopy(statement) && forwarder.isOpen() && chosen.test(forwarder.owner())) {
            forwarder.set(Forwarder.Passage.HELD);
            forwarder.loseLocks();
            held = new Held(forwarder, statement, Instant.now().truncatedTo(ChronoUnit.MILLIS));
            taken.countDown();
        }
    }

    void answered(Forwarder forwarder, WireStatement statement) {
        var waiting = held;
        if (waiting == null) {
            return;
        }
        if (forwarder == waiting.from()) {
            if (!repeater.isEmpty() && statement.equals(waiting.statement()) && delivered.getCount() > 0) {
                judge.accept(new Delivered(
                        forwarder.owner(), repeater, statement.execution(), statement.image(), waiting.since()));
                delivered.countDown();
            }
        } else if (concerns(waiting.statement(), statement)
                && statement.image().equals(waiting.statement().image())
                && statement.sql().contains("state = 'COPIED'")) {
            repeater = forwarder.owner();
        }
    }

    private static boolean beginsCopy(WireStatement statement) {
        return statement.sql().contains("set state = 'COPYING'")
                && statement.parameters().contains("DISTRIBUTING");
    }

    private static boolean concerns(WireStatement one, WireStatement other) {
        return one.execution().equals(other.execution());
    }
}
