package dev.kiln.worker.engine;

import dev.kiln.execution.Ability;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * What this worker can do that not every worker can.
 *
 * @param lacking what it cannot do, each with the reason and, where there is one, the remedy
 */
public record Abilities(Map<Ability, String> lacking) {

    /** Those of a worker that can do everything. */
    public static final Abilities ALL = new Abilities(Map.of());

    public Abilities {
        lacking = Map.copyOf(lacking);
    }

    /** What it can do. */
    public Set<Ability> able() {
        var able = EnumSet.allOf(Ability.class);
        able.removeAll(lacking.keySet());
        return able;
    }
}
