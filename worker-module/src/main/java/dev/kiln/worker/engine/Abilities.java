package dev.kiln.worker.engine;

import dev.kiln.execution.Ability;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * The abilities of this worker: what it can do that not every worker can.
 *
 * @param lacking the missing abilities, each with the reason and, where there is one, the remedy
 */
public record Abilities(Map<Ability, String> lacking) {

    /** All abilities: nothing is missing. */
    public static final Abilities ALL = new Abilities(Map.of());

    public Abilities {
        lacking = Map.copyOf(lacking);
    }

    /** The abilities that this worker has. */
    public Set<Ability> able() {
        var able = EnumSet.allOf(Ability.class);
        able.removeAll(lacking.keySet());
        return able;
    }
}
