package dev.kiln.faults.wire;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The worst moment for a write of a worker that was overtaken: it says that a copy begins, and arrives when another
 * worker has completed that very copy and is about to say that all are done. Only the fence refuses it. The worker is
 * silent from the write on, and the server has lost the session of its lock.
 */
public final class LateWrite {

    private static final long LONGEST_GATE_SECONDS = 5;

    private final Predicate<String> chosen;
    private final Consumer<Delivered> judge;
    private final CountDownLatch taken = new CountDownLatch(1);
    private final CountDownLatch delivered = new CountDownLatch(1);
    private volatile @Nullable Held held;
    private volatile String repeater = "";

    /** The write, and since when it waits. */
    private record Held(Forwarder from, WireStatement statement, Instant since) {}

    /** A write that has arrived: whose it is, what it is about, and who had made the copy meanwhile. */
    public record Delivered(String worker, String by, String execution, String image, Instant since) {}

    /**
     * The next copy that begins is delivered late.
     *
     * @param chosen asked with the name of a worker that begins a copy; false lets it pass
     * @param judge is told of the delivery while everybody who is concerned still waits
     */
    public LateWrite(Predicate<String> chosen, Consumer<Delivered> judge) {
        this.chosen = chosen;
        this.judge = judge;
    }

    /** Waits until a write is held, at most so long. */
    public boolean awaitTaken(long seconds) throws InterruptedException {
        return taken.await(seconds, TimeUnit.SECONDS);
    }

    /** Waits until the write was delivered, at most so long. */
    public boolean awaitDelivered(long seconds) throws InterruptedException {
        return delivered.await(seconds, TimeUnit.SECONDS);
    }

    /** Lets the worker go on, whatever has become of its write. */
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
