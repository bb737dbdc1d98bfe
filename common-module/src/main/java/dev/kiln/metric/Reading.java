package dev.kiln.metric;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Caches the result of a query for a while, so that its cost does not depend on how often and by how many callers it is
 * read.
 */
public final class Reading<T> {

    private static final Logger LOG = LoggerFactory.getLogger(Reading.class);

    private final Supplier<T> source;
    private final Duration fresh;
    private Optional<T> last = Optional.empty();
    private long readAt;
    private boolean read;

    public Reading(Supplier<T> source, Duration fresh) {
        this.source = source;
        this.fresh = fresh;
    }

    /** A number taken from the result; NaN when it cannot be read now. */
    public Supplier<Number> number(Function<T, Number> which) {
        return () -> get().map(which).orElse(Double.NaN);
    }

    private synchronized Optional<T> get() {
        if (!read || System.nanoTime() - readAt > fresh.toNanos()) {
            last = fromSource();
            readAt = System.nanoTime();
            read = true;
        }
        return last;
    }

    private Optional<T> fromSource() {
        try {
            return Optional.of(source.get());
        } catch (RuntimeException e) {
            LOG.debug("some gauges have no value now", e);
            return Optional.empty();
        }
    }
}
