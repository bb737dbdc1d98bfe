package dev.kiln.testing.guarantee;

import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** All guarantees together; a scenario ends with {@link #hold()}. */
public final class Guarantees {

    private final List<Guarantee> guarantees = new ArrayList<>();

    /** The guarantees that can be checked on the rows only. */
    public Guarantees(JdbcClient jdbc) {
        guarantees.add(new EveryHistoryIsALegalPath(jdbc));
        guarantees.add(new HistoryAgreesWithRow(jdbc));
        guarantees.add(new OneRunAtATimePerTemplate(jdbc));
        guarantees.add(new EveryStartedExecutionEnds(jdbc));
        guarantees.add(new OneImagePerTarget(jdbc));
        guarantees.add(new EveryEndIsCounted(jdbc));
    }

    public Guarantees and(Guarantee further) {
        guarantees.add(further);
        return this;
    }

    /** A sentence for each violation, preceded by the guarantee's name. */
    public List<String> violations() {
        var violations = new ArrayList<String>();
        for (var guarantee : guarantees) {
            guarantee
                    .violations()
                    .forEach(each -> violations.add(guarantee.getClass().getSimpleName() + ": " + each));
        }
        return violations;
    }

    /** Throws an error that lists every violation; returns when there is none. */
    public void hold() {
        var violations = violations();
        if (!violations.isEmpty()) {
            throw new AssertionError("violated:\n" + String.join("\n", violations));
        }
    }
}
