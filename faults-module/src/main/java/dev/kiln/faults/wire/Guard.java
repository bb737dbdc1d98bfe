package dev.kiln.faults.wire;

import java.util.Locale;
import java.util.regex.Pattern;

/** A guard of the product that can be taken away on the wire, to show that it is needed. */
public enum Guard {
    /** All guards are in place. */
    NONE("", ""),
    /** The attempt's number in the writes of workers; their reads still check it. */
    FENCE("and attempt = (\\$\\d+)", "and ($1::int is not null)"),
    /** The template's lock. */
    LOCK("pg_try_advisory_lock\\(hashtextextended\\((\\$\\d+), 0\\)\\)", "(hashtextextended($1, 0) is not null)"),
    /** The unique index; the program drops it, and this removes it from the one statement that names it. */
    INDEX("on conflict \\(template_id\\) where finished_at is null do nothing", "");

    private static final Pattern WRITES = Pattern.compile("\\b(?:insert into|update|delete from) ");

    private final String there;
    private final String gone;

    Guard(String there, String gone) {
        this.there = there;
        this.gone = gone;
    }

    /** The statement without this guard. */
    String takenFrom(String sql) {
        return there.isEmpty() || (this == FENCE && !WRITES.matcher(sql).find()) ? sql : sql.replaceAll(there, gone);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
