package dev.kiln.faults.wire;

import java.util.regex.Pattern;

/**
 * A statement that is about to be executed.
 *
 * @param sql normalised to single spaces
 * @param execution the execution that its parameters name, or empty
 * @param parameters the bytes of its parameters as characters
 */
public record WireStatement(String sql, String execution, String parameters) {

    private static final Pattern EXECUTION = Pattern.compile("exec-[a-z0-9]{20}");
    private static final Pattern TEMPLATE = Pattern.compile("ip-[a-z0-9]{20}");
    private static final Pattern IMAGE = Pattern.compile("\\bm-[a-z0-9]{20}");

    /** Matches a statement that changes a table; the table is group 1. */
    public static final Pattern CHANGES =
            Pattern.compile("\\b(?:insert into|update(?! set\\b)|delete from) ([a-z_]+)\\b");

    // Output is written as it comes, so the number of chunks is random.
    private static final String LOG_CHUNKS = "build_log_chunk";

    static WireStatement of(String sql, String parameters) {
        return new WireStatement(sql.replaceAll("\\s+", " ").strip(), first(EXECUTION, parameters), parameters);
    }

    /** Whether it changes a record of an execution. */
    public boolean writes() {
        return CHANGES.matcher(sql).find() && !sql.contains("insert into " + LOG_CHUNKS);
    }

    /** Whether a worker claims an execution with it. */
    public boolean claims() {
        return sql.contains("set attempt = attempt + 1, worker =");
    }

    /** Whether it asks for a template's lock. */
    boolean locks() {
        return sql.contains("hashtextextended($1, 0)") && sql.contains("idle_session_timeout");
    }

    /** Whether it moves an execution from one status to the next. */
    public boolean advances() {
        return sql.startsWith("with advanced as");
    }

    /** The first template or image that its parameters name; empty when there is none. */
    public String template() {
        return first(TEMPLATE, parameters);
    }

    public String image() {
        return first(IMAGE, parameters);
    }

    private static String first(Pattern pattern, String text) {
        var found = pattern.matcher(text);
        return found.find() ? found.group() : "";
    }
}
