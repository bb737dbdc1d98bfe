package dev.kiln.api.schedule;

import dev.kiln.account.AccountId;
import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.execution.UnattendedStart;
import dev.kiln.api.schedule.LastRun.Outcome;
import dev.kiln.execution.Origin;
import dev.kiln.metric.Metric;
import dev.kiln.metric.Metrics;
import dev.kiln.template.TemplateId;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Decides on due runs and on changed base images. Claim, start and record are one transaction: of any number of
 * processes only one decides, and a decision takes effect completely or not at all.
 */
@Component
final class Decisions {

    private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);
    private static final String SCHEDULE = "schedule";
    private static final String BASE_CHANGE = "base-change";
    private static final Duration LATE = Duration.ofMinutes(1);

    private final Schedules schedules;
    private final Rebuilds rebuilds;
    private final UnattendedStart start;
    private final Metrics metrics;
    private final TransactionTemplate whole;
    // Rolls back only the refused start; the transaction around it records the refusal.
    private final TransactionTemplate part;

    Decisions(
            Schedules schedules,
            Rebuilds rebuilds,
            UnattendedStart start,
            Metrics metrics,
            PlatformTransactionManager transactions) {
        this.schedules = schedules;
        this.rebuilds = rebuilds;
        this.start = start;
        this.metrics = metrics;
        this.whole = new TransactionTemplate(transactions);
        this.part = new TransactionTemplate(transactions);
        this.part.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
        // So that an alert sees the first refusal: a new counter has not increased.
        for (var outcome : Outcome.values()) {
            counter(SCHEDULE, outcome);
            counter(BASE_CHANGE, outcome);
        }
    }

    private Counter counter(String trigger, Outcome outcome) {
        return metrics.counter(Metric.UNATTENDED, trigger, outcome.name().toLowerCase(Locale.ROOT));
    }

    /** The templates whose schedules need a decision. */
    List<TemplateId> due(Instant now) {
        return schedules.due(now);
    }

    /** The templates whose base images need a decision. */
    List<TemplateId> changed() {
        return rebuilds.changed();
    }

    /** Decides on a template's schedule; empty if another process decides or nothing is to be decided. */
    Optional<Outcome> onSchedule(TemplateId template, Instant now) {
        return decided(SCHEDULE, () -> schedules.claim(template, now).flatMap(claim -> decide(claim, now)));
    }

    /** Decides on a template's base image; empty if another process decides or nothing is to be decided. */
    Optional<Outcome> onBase(TemplateId template, Instant now) {
        return decided(BASE_CHANGE, () -> rebuilds.claim(template).flatMap(claim -> decide(claim, now)));
    }

    private Optional<Outcome> decided(String trigger, Supplier<Optional<LastRun>> decision) {
        var last = Objects.requireNonNull(whole.execute(status -> decision.get()));
        last.ifPresent(run -> counter(trigger, run.outcome()).increment());
        return last.map(LastRun::outcome);
    }

    private Optional<LastRun> decide(Schedules.Claim claim, Instant now) {
        var schedule = claim.schedule();
        var due = schedule.nextAt().filter(at -> !at.isAfter(now));
        Optional<Instant> next;
        try {
            next = due.isPresent() ? next(schedule, due.get(), now) : schedule.nextAt();
        } catch (IllegalArgumentException e) {
            var last = new LastRun(
                    now, Outcome.REFUSED, "The schedule cannot be read: " + e.getMessage() + ". Set it again.", null);
            schedules.decided(claim, null, null, last);
            return Optional.of(last);
        }
        var tried = tried(claim.account(), claim.template(), Origin.SCHEDULE, List.of(), now);
        if (tried.isPresent()) {
            var when = due.map(at -> when(at, now)).orElse("when the execution that it waited for had ended");
            var last = tried.get().withMessage(when);
            schedules.decided(claim, next.orElse(null), null, last);
            if (last.outcome() == Outcome.STARTED) {
                rebuilds.takenUp(claim.template(), last.withMessage("by the template's schedule"));
            }
            return Optional.of(last);
        }
        return due.map(at -> whileRunning(claim, at, next.orElse(null), now));
    }

    /** The next run is also after the one that was due, in case another process's clock is ahead of this one's. */
    private static Optional<Instant> next(Schedules.Schedule schedule, Instant due, Instant now) {
        return CronTimes.of(schedule.cron(), CronTimes.zone(schedule.zone())).after(due.isAfter(now) ? due : now);
    }

    private static String when(Instant due, Instant now) {
        var late = Duration.between(due, now);
        return "due at " + due.truncatedTo(ChronoUnit.SECONDS)
                + (late.compareTo(LATE) > 0 ? ", late: no API process came to it before" : "");
    }

    private LastRun whileRunning(Schedules.Claim claim, Instant due, @Nullable Instant next, Instant now) {
        var schedule = claim.schedule();
        boolean waits = schedule.whileRunning() == WhileRunning.QUEUE;
        var since = schedule.waitsSince().orElse(now);
        var message = "An execution runs; the run that was due at " + due.truncatedTo(ChronoUnit.SECONDS)
                + (waits ? " starts when it has ended" : " is left out");
        var last = new LastRun(now, waits ? Outcome.WAITS : Outcome.SKIPPED, message, null);
        schedules.decided(claim, next, waits ? since : null, last);
        return last;
    }

    private Optional<LastRun> decide(Rebuilds.Claim claim, Instant now) {
        Optional<LastRun> last;
        if (claim.isOwn()) {
            var message = "Image " + claim.base() + " came of the template's own images"
                    + (claim.led().size() > 1 ? ", by way of other templates" : "") + ": it is not built again for it";
            last = Optional.of(new LastRun(now, Outcome.IGNORED, message, null));
        } else if (claim.built().isPresent()) {
            var message = "Execution " + claim.built().get() + " was built on image " + claim.base() + " already";
            last = Optional.of(new LastRun(now, Outcome.UNNEEDED, message, null));
        } else {
            last = tried(claim.account(), claim.template(), Origin.BASE_CHANGE, claim.led(), now)
                    .map(one -> one.withMessage("The base image is now " + claim.base()));
        }
        last.ifPresent(one -> {
            rebuilds.decided(claim, one);
            if (one.outcome() == Outcome.STARTED) {
                schedules.takenUp(claim.template(), one.withMessage("by a base image that has changed"));
            }
        });
        return last;
    }

    /** Tries to start; empty if an execution is running. */
    private Optional<LastRun> tried(
            AccountId account, TemplateId template, Origin origin, List<TemplateId> follows, Instant now) {
        try {
            var started = part.execute(status -> start.start(account, template, origin, follows));
            return Optional.of(new LastRun(now, Outcome.STARTED, "", String.valueOf(started)));
        } catch (ApiException e) {
            return e.code().equals(Refusals.EXECUTION_RUNNING.code())
                    ? Optional.empty()
                    : Optional.of(new LastRun(now, Outcome.REFUSED, e.code() + ": " + e.getMessage(), null));
        } catch (DataAccessException e) {
            // Nothing was decided: the next look tries again.
            throw e;
        } catch (RuntimeException e) {
            LOG.error("template {} cannot be started by itself", template, e);
            var message = "InternalError: Kiln has failed; the log of the API says how";
            return Optional.of(new LastRun(now, Outcome.REFUSED, message, null));
        }
    }
}
