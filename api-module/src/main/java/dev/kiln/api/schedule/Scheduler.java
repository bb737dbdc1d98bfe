package dev.kiln.api.schedule;

import dev.kiln.api.relay.EventRelay;
import dev.kiln.template.TemplateId;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.transaction.TransactionException;

/** Looks for templates that are due to start, in every API process. */
final class Scheduler implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);

    private final Decisions decisions;
    private final EventRelay relay;
    private final Clock clock;
    private final ScheduleSettings settings;
    private final Thread thread = new Thread(this::run, "scheduler");
    private volatile boolean running;

    Scheduler(Decisions decisions, EventRelay relay, Clock clock, ScheduleSettings settings) {
        this.decisions = decisions;
        this.relay = relay;
        this.clock = clock;
        this.settings = settings;
    }

    private void run() {
        // Each process waits first, so that those started together do not all compare at the same moment.
        var compared = System.nanoTime();
        while (running) {
            try {
                look();
                if (System.nanoTime() - compared >= settings.compareEvery().toNanos()) {
                    compare();
                    compared = System.nanoTime();
                }
            } catch (RuntimeException e) {
                // Catch everything: what is due stays due until the next look.
                LOG.warn("scheduled starts are skipped this time: {}", e.toString());
            }
            if (!rested()) {
                return;
            }
        }
    }

    private boolean rested() {
        try {
            TimeUnit.MILLISECONDS.sleep(settings.lookEvery().toMillis());
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** Decides on due and waiting runs; returns the number of decisions. */
    int look() {
        return all(decisions.due(clock.instant()), decisions::onSchedule);
    }

    /** Decides on changed base images; returns the number of decisions. */
    int compare() {
        return all(decisions.changed(), decisions::onBase);
    }

    private int all(List<TemplateId> templates, BiFunction<TemplateId, Instant, Optional<LastRun.Outcome>> decide) {
        int decided = 0;
        for (var template : templates) {
            try {
                var outcome = decide.apply(template, clock.instant());
                decided += outcome.isPresent() ? 1 : 0;
                outcome.filter(one -> one == LastRun.Outcome.STARTED).ifPresent(one -> relay.ring());
            } catch (DataAccessResourceFailureException | TransactionException e) {
                throw e;
            } catch (RuntimeException e) {
                // The failure of one template does not hold up the others.
                LOG.warn("template {} is looked at again: {}", template, e.toString());
            }
        }
        return decided;
    }

    @Override
    public void start() {
        running = true;
        thread.start();
    }

    @Override
    public void stop() {
        running = false;
        thread.interrupt();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
