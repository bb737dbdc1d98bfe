package dev.kiln.api.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The clocks of Berlin leap from 2:00 to 3:00 on 2024-03-31, and from 3:00 back to 2:00 on 2024-10-27. */
class CronTimesTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final long SEED = Long.getLong("kiln.seed", System.nanoTime());

    /** The first ones behind a moment. */
    private static List<String> times(String cron, String zone, String moment, int most) {
        var times = CronTimes.of(cron, CronTimes.zone(zone));
        return Stream.iterate(Instant.parse(moment), at -> times.after(at).orElseThrow())
                .skip(1)
                .limit(most)
                .map(at -> at.atZone(ZoneId.of(zone)).toOffsetDateTime().toString())
                .toList();
    }

    @Test
    void aTimeThatTheClocksLeapOverComesAsSoonAsTheyHave() {
        assertThat(times("30 2 * * *", "Europe/Berlin", "2024-03-30T00:00:00Z", 3))
                .containsExactly("2024-03-30T02:30+01:00", "2024-03-31T03:00+02:00", "2024-04-01T02:30+02:00");
        // Several of them are one, and it is the one that comes then anyway.
        assertThat(times("*/20 2,3 31 3 *", "Europe/Berlin", "2024-03-31T00:00:00Z", 3))
                .containsExactly("2024-03-31T03:00+02:00", "2024-03-31T03:20+02:00", "2024-03-31T03:40+02:00");
    }

    @Test
    void ofATimeThatTheClocksShowTwiceTheFirstCounts() {
        assertThat(times("30 2 * * *", "Europe/Berlin", "2024-10-26T00:00:00Z", 3))
                .containsExactly("2024-10-26T02:30+02:00", "2024-10-27T02:30+02:00", "2024-10-28T02:30+01:00");
        // Whoever looks between the two finds none of the first ones again.
        assertThat(times("*/20 2 27 10 *", "Europe/Berlin", "2024-10-27T01:10:00Z", 1))
                .containsExactly("2025-10-27T02:00+01:00");
    }

    @Test
    void everyHourIsEveryHour() {
        assertThat(times("0 * * * *", "Europe/Berlin", "2024-03-31T00:00:00Z", 2))
                .containsExactly("2024-03-31T03:00+02:00", "2024-03-31T04:00+02:00");
        assertThat(times("*/30 * * * *", "Europe/Berlin", "2024-10-27T00:00:00Z", 5))
                .containsExactly(
                        "2024-10-27T02:30+02:00",
                        "2024-10-27T02:00+01:00",
                        "2024-10-27T02:30+01:00",
                        "2024-10-27T03:00+01:00",
                        "2024-10-27T03:30+01:00");
        assertThat(times("@hourly", "Europe/Berlin", "2024-10-26T23:30:00Z", 3))
                .containsExactly("2024-10-27T02:00+02:00", "2024-10-27T02:00+01:00", "2024-10-27T03:00+01:00");
    }

    @Test
    void clocksMayLeapByHalfAnHourAndByAWholeDay() {
        assertThat(times("10 2 * * *", "Australia/Lord_Howe", "2024-10-05T00:00:00Z", 2))
                .containsExactly("2024-10-06T02:30+11:00", "2024-10-07T02:10+11:00");
        // Samoa had no 30th of December 2011.
        assertThat(times("0 12 * * *", "Pacific/Apia", "2011-12-29T12:00:00Z", 3))
                .containsExactly("2011-12-29T12:00-10:00", "2011-12-31T00:00+14:00", "2011-12-31T12:00+14:00");
    }

    @Test
    void daysAreThoseOfTheZone() {
        assertThat(times("0 0 * * MON", "Asia/Shanghai", "2024-06-02T12:00:00Z", 1))
                .containsExactly("2024-06-03T00:00+08:00");
        assertThat(times("15 4 29 2 *", "UTC", "2024-03-01T00:00:00Z", 1)).containsExactly("2028-02-29T04:15Z");
        assertThat(times("0 0 L * *", "UTC", "2024-02-01T00:00:00Z", 1)).containsExactly("2024-02-29T00:00Z");
        assertThat(times("0 0 * * 7", "UTC", "2024-06-01T00:00:00Z", 1)).containsExactly("2024-06-02T00:00Z");
        assertThat(CronTimes.of("0 0 30 2 *", BERLIN).after(Instant.EPOCH)).isEmpty();
        assertThat(CronTimes.of("0 * 31 4 *", BERLIN).after(Instant.EPOCH)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "* * * *",
                "0 0 3 * * *",
                "60 * * * *",
                "* 24 * * *",
                "* * 0 * *",
                "* * * 13 *",
                "* * * * 8",
                "0 3 1 * MON",
                "@reboot",
                "@DAILY",
                "a b c d e",
                "0 3 * * *\n",
                "-1 * * * *",
                "0 3 * * \u0000",
                "*/0 * * * *",
                "0/99999999999 * * * *",
                "5-1 * * * *"
            })
    void whatIsNoExpressionIsRefusedInWords(String cron) {
        assertThatThrownBy(() -> CronTimes.of(cron, BERLIN))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .isNotBlank()
                .doesNotContain("cron expression", "\"0 ");
        assertThatThrownBy(() -> CronTimes.of("0,".repeat(60) + "0 * * * *", BERLIN))
                .hasMessageContaining("100");
    }

    @Test
    void onlyNamesOfZonesAreZones() {
        assertThat(CronTimes.zone("America/Argentina/Buenos_Aires")).isNotNull();
        for (var name : List.of("", "+02:00", "UTC+2", "Europe/berlin", "Mars/Base", "../etc/passwd")) {
            assertThatThrownBy(() -> CronTimes.zone(name)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** Whatever the zone, the expression and the moment: what comes next is the first minute that fits. */
    @Test
    void nothingIsLeftOutAndNothingIsInvented() {
        var random = new Random(SEED);
        var zones = List.of("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "UTC");
        for (int n = 0; n < 300; n++) {
            var zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
            var minute = random.nextInt(60);
            var hour = random.nextBoolean() ? "*" : Integer.toString(random.nextInt(5));
            // Within two days of a leap.
            var leap = zone.getRules().nextTransition(Instant.ofEpochSecond(random.nextInt(1_600_000_000)));
            var near = leap == null ? Instant.parse("2024-01-01T00:00:00Z") : leap.getInstant();
            var moment = near.plusSeconds(random.nextInt(172_800) - 86_400L);
            var cron = minute + " " + hour + " * * *";
            var next = CronTimes.of(cron, zone).after(moment).orElseThrow();

            assertThat(next).as(SEED + ": " + cron + " " + zone + " " + moment).isEqualTo(expected(cron, zone, moment));
        }
    }

    /** Minute by minute, as somebody with a clock on the wall would. */
    private static Instant expected(String cron, ZoneId zone, Instant moment) {
        var fields = cron.split(" ");
        int minute = Integer.parseInt(fields[0]);
        boolean everyHour = fields[1].equals("*");
        var at = Instant.ofEpochSecond(Math.floorDiv(moment.getEpochSecond(), 60) * 60);
        while (true) {
            at = at.plusSeconds(60);
            var shown = at.atZone(zone);
            if (everyHour ? shown.getMinute() == minute : isFirst(shown, fields) || isLeaptOver(at, zone, fields)) {
                return at;
            }
        }
    }

    private static boolean isFirst(ZonedDateTime shown, String[] fields) {
        return shown.getMinute() == Integer.parseInt(fields[0])
                && shown.getHour() == Integer.parseInt(fields[1])
                && shown.equals(shown.withEarlierOffsetAtOverlap());
    }

    private static boolean isLeaptOver(Instant at, ZoneId zone, String[] fields) {
        var before = LocalDateTime.ofInstant(at.minusNanos(1), zone).plusNanos(1);
        var after = LocalDateTime.ofInstant(at, zone);
        for (var time = before; time.isBefore(after); time = time.plus(Duration.ofMinutes(1))) {
            if (time.getMinute() == Integer.parseInt(fields[0]) && time.getHour() == Integer.parseInt(fields[1])) {
                return true;
            }
        }
        return false;
    }
}
