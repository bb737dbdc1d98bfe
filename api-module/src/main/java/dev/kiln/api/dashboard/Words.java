package dev.kiln.api.dashboard;

import dev.kiln.execution.Origin;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times, durations and sizes in words. */
public final class Words {

    private static final DateTimeFormatter EXACT = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final int LONGEST_LINE = 80;
    private static final String[] UNITS = {"bytes", "kB", "MB", "GB", "TB"};

    private Words() {}

    /** The exact moment. */
    public static String exact(Instant at) {
        return EXACT.format(at);
    }

    /** The moment relative to now; scripts keep it up to date. */
    public static String ago(Instant at) {
        var seconds = Math.max(0, Duration.between(at, Instant.now()).toSeconds());
        if (seconds < 60) {
            return "just now";
        } else if (seconds < 3600) {
            return seconds / 60 + " min ago";
        } else if (seconds < 86_400) {
            return seconds / 3600 + " h ago";
        }
        return seconds / 86_400 + " d ago";
    }

    /** A duration, as precise as is useful. */
    public static String duration(double seconds) {
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.1f s", Math.max(0, seconds));
        } else if (seconds < 60) {
            return Math.round(seconds) + " s";
        }
        long whole = Math.round(seconds);
        return whole < 3600
                ? whole / 60 + " min " + whole % 60 + " s"
                : whole / 3600 + " h " + whole % 3600 / 60 + " min";
    }

    /** A duration, as precise as is useful. */
    public static String duration(Duration duration) {
        return duration(duration.toMillis() / 1000.0);
    }

    /** A size in units of thousand. */
    public static String bytes(long bytes) {
        double size = bytes;
        int unit = 0;
        while (size >= 1000 && unit < UNITS.length - 1) {
            size /= 1000;
            unit++;
        }
        return unit == 0 ? bytes + " bytes" : String.format(Locale.ROOT, "%.1f %s", size, UNITS[unit]);
    }

    /** A text shortened to one line. */
    public static String line(String text) {
        var line = text.replaceAll("\\s+", " ").strip();
        return line.codePointCount(0, line.length()) <= LONGEST_LINE
                ? line
                : line.substring(0, line.offsetByCodePoints(0, LONGEST_LINE)) + "…";
    }

    /** Whether a field of one line would lose something of the text. */
    public static boolean hasLines(String text) {
        return text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0;
    }

    /** By what an execution was started. */
    public static String origin(Origin origin) {
        return switch (origin) {
            case REQUEST -> "somebody";
            case SCHEDULE -> "its schedule";
            case BASE_CHANGE -> "a new base image";
        };
    }

    /** A number with its thousands separated. */
    public static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** A place in the queue. */
    public static String ordinal(int place) {
        return switch (place) {
            case 1 -> "next in line";
            case 2 -> "second in line";
            case 3 -> "third in line";
            default -> "number " + place + " in line";
        };
    }
}
