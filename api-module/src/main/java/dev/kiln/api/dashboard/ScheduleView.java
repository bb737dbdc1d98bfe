package dev.kiln.api.dashboard;

import dev.kiln.api.schedule.LastRun;
import dev.kiln.api.schedule.Rebuilds;
import dev.kiln.api.schedule.Schedules;
import dev.kiln.api.schedule.WhileRunning;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/**
 * When a template starts automatically, as its page shows it.
 *
 * @param schedule empty if there is none, or the key cannot see it
 * @param rebuild likewise
 * @param onFamily whether it builds on a family, so that it can be rebuilt when that changes
 * @param mayChange whether the key is allowed to set both
 */
public record ScheduleView(
        Optional<Schedules.Schedule> schedule,
        Optional<Rebuilds.Rebuild> rebuild,
        boolean onFamily,
        boolean mayChange) {

    private static final DateTimeFormatter BY_THE_CLOCK = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);

    /** Whether there is anything to show. */
    public boolean isShown() {
        return mayChange || schedule.isPresent() || rebuild.isPresent();
    }

    /** When the next run is due, by the clocks of the schedule's zone. */
    public String next() {
        return schedule.flatMap(one -> one.nextAt().map(at -> byTheClock(at, one.zone())))
                .orElse("never");
    }

    private static String byTheClock(Instant at, String zone) {
        var known = ZoneId.getAvailableZoneIds().contains(zone) ? zone : "UTC";
        return BY_THE_CLOCK.withZone(ZoneId.of(known)).format(at) + " " + known;
    }

    /** The outcome in a word. */
    public String outcome(LastRun last) {
        return last.outcome().name().toLowerCase(Locale.ROOT);
    }

    /** The cron expression, for the form; empty when there is none. */
    public String cron() {
        return schedule.map(Schedules.Schedule::cron).orElse("");
    }

    /** The time zone, for the form. */
    public String zone() {
        return schedule.map(Schedules.Schedule::zone).orElse("UTC");
    }

    /** For the form: whether runs wait for a running execution. */
    public boolean queues() {
        return schedule.filter(one -> one.whileRunning() == WhileRunning.QUEUE).isPresent();
    }
}
