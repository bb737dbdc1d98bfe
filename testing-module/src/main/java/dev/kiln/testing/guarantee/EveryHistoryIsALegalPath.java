package dev.kiln.testing.guarantee;

import dev.kiln.execution.ExecutionStatus;
import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The events of each execution are numbered without a gap, begin with PREPARING, and follow declared transitions. */
public final class EveryHistoryIsALegalPath implements Guarantee {

    private final JdbcClient jdbc;

    public EveryHistoryIsALegalPath(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private record Line(String execution, int sequence, String from, String to) {}

    @Override
    public List<String> violations() {
        var lines = jdbc.sql("""
                        select execution_id, sequence, coalesce(from_status, ''), to_status
                          from execution_event order by execution_id, sequence
                        """)
                .query((row, number) -> new Line(row.getString(1), row.getInt(2), row.getString(3), row.getString(4)))
                .list();
        var violations = new ArrayList<String>();
        var before = new Line("", 0, "", "");
        for (var line : lines) {
            if (!follows(before, line)) {
                violations.add(line + " does not follow " + before);
            }
            before = line;
        }
        return violations;
    }

    private static boolean follows(Line before, Line line) {
        if (!line.execution().equals(before.execution())) {
            return line.sequence() == 1 && line.from().isEmpty() && line.to().equals("PREPARING");
        }
        return line.sequence() == before.sequence() + 1
                && line.from().equals(before.to())
                && ExecutionStatus.valueOf(line.from()).successors().contains(ExecutionStatus.valueOf(line.to()));
    }
}
