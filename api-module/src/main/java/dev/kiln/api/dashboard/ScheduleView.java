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
 * @param form what the form that sets both shows
 * @param refused why the form was refused; empty if it was not sent
 */
public record ScheduleView(
        Optional<Schedules.Schedule> schedule,
        Optional<Rebuilds.Rebuild> rebuild,
        boolean onFamily,
        boolean mayChange,
        Form form,
        String refused) {

    private static final DateTimeFormatter BY_THE_CLOCK = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);

    /** The form: what is set, or what was typed. */
    public record Form(String cron, String zone, String whileRunning, boolean onBaseChange) {

        /** Whether runs wait for a running execution. */
        public boolean queues() {
            return whileRunning.equals(WhileRunning.QUEUE.word());
        }
    }

    static ScheduleView of(
            Optional<Schedules.Schedule> schedule,
            Optional<Rebuilds.Rebuild> rebuild,
            boolean onFamily,
            boolean mayChange) {
        var form = new Form(
                schedule.map(Schedules.Schedule::cron).orElse(""),
                schedule.map(Schedules.Schedule::zone).orElse("UTC"),
                schedule.map(Schedules.Schedule::whileRunning)
                        .orElse(WhileRunning.SKIP)
                        .word(),
                rebuild.isPresent());
        return new ScheduleView(schedule, rebuild, onFamily, mayChange, form, "");
    }

    /** With the form as it was sent. */
    ScheduleView refused(Form typed, String why) {
        return new ScheduleView(schedule, rebuild, onFamily, mayChange, typed, why);
    }

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
}
