package dev.kiln.api.schedule;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.zone.ZoneRules;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.support.CronExpression;

/**
 * The times of a cron expression by the clocks of a time zone, to the minute. If the hour is {@code *} or
 * {@code *}{@code /n}, the clocks are followed: a time that they skip does not happen, and one that they show twice
 * happens twice. With any other hour, each time happens once a day: a skipped time happens right after the leap, and of
 * a repeated one the first counts.
 */
final class CronTimes {

    private static final int LONGEST = 100;
    private static final Pattern NAMED = Pattern.compile("@(yearly|annually|monthly|weekly|daily|midnight|hourly)");
    private static final Pattern FIELD = Pattern.compile("[0-9A-Za-z*,/?#L-]+");

    private final CronExpression expression;
    private final ZoneRules rules;
    private final boolean followsClocks;

    private CronTimes(CronExpression expression, ZoneRules rules, boolean followsClocks) {
        this.expression = expression;
        this.rules = rules;
        this.followsClocks = followsClocks;
    }

    /**
     * Parses an expression.
     *
     * @throws IllegalArgumentException with the rule that it breaks
     */
    static CronTimes of(String cron, ZoneId zone) {
        if (cron.length() > LONGEST) {
            throw new IllegalArgumentException("it has at most " + LONGEST + " characters");
        }
        if (NAMED.matcher(cron).matches()) {
            return new CronTimes(CronExpression.parse(cron), zone.getRules(), cron.equals("@hourly"));
        }
        var fields = cron.split(" +", -1);
        if (fields.length != 5) {
            throw new IllegalArgumentException(
                    "it has five fields with blanks between them (minute, hour, day of month,"
                            + " month, day of week) or is one of @hourly, @daily, @weekly, @monthly, @yearly");
        }
        for (var field : fields) {
            if (!FIELD.matcher(field).matches()) {
                throw new IllegalArgumentException(
                        "a field consists of numbers, names of days and months, and * , - /");
            }
        }
        if (isNarrowed(fields[2]) && isNarrowed(fields[4])) {
            throw new IllegalArgumentException("the day of the month and the day of the week are not both given, since"
                    + " of some programs one of them has to match then, and of others both; leave one of them *");
        }
        return new CronTimes(parse(cron), zone.getRules(), fields[1].startsWith("*"));
    }

    private static boolean isNarrowed(String field) {
        return !field.equals("*") && !field.equals("?");
    }

    private static CronExpression parse(String fields) {
        try {
            return CronExpression.parse("0 " + fields);
        } catch (IllegalArgumentException e) {
            // Spring repeats the expression, which has six fields there.
            var why = String.valueOf(e.getMessage()).replaceFirst(" in cron expression \".*", "");
            throw new IllegalArgumentException("it cannot be read (" + why + ")", e);
        }
    }

    /**
     * A time zone by its IANA name.
     *
     * @throws IllegalArgumentException if there is no such zone
     */
    static ZoneId zone(String name) {
        if (!ZoneId.getAvailableZoneIds().contains(name)) {
            throw new IllegalArgumentException("it is the name of a time zone, like Europe/Berlin or UTC");
        }
        return ZoneId.of(name);
    }

    /** The first of the times after a moment; empty if none comes in the years that are searched. */
    Optional<Instant> after(Instant moment) {
        return Optional.ofNullable(followsClocks ? shown(moment) : onceADay(moment));
    }

    /** The clocks go on evenly until their next leap, and from there from what they show then. */
    private @Nullable Instant shown(Instant moment) {
        var from = moment;
        var behind = local(moment);
        while (true) {
            var next = expression.next(behind);
            if (next == null) {
                return null;
            }
            var at = next.toInstant(rules.getOffset(from));
            var leap = rules.nextTransition(from);
            if (leap == null || at.isBefore(leap.getInstant())) {
                return at;
            }
            from = leap.getInstant();
            // The time shown at the leap itself counts.
            behind = leap.getDateTimeAfter().minusNanos(1);
        }
    }

    private @Nullable Instant onceADay(Instant moment) {
        var next = expression.next(local(moment));
        while (next != null && !first(next).isAfter(moment)) {
            next = expression.next(next);
        }
        return next == null ? null : first(next);
    }

    private LocalDateTime local(Instant moment) {
        return LocalDateTime.ofInstant(moment, rules.getOffset(moment));
    }

    /** When the clocks first show the time, or have leapt over it. */
    private Instant first(LocalDateTime time) {
        var leap = rules.getTransition(time);
        if (leap != null && leap.isGap()) {
            return leap.getInstant();
        }
        return time.toInstant(rules.getValidOffsets(time).get(0));
    }
}
