package dev.kiln.worker.disk;

import dev.kiln.execution.Ability;
import java.util.HashSet;
import java.util.Set;

/** The disk, which had to be opened to find that out, needs what this worker cannot do. */
public final class DiskNeedsException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient Set<Ability> needs;

    /** @param needs all that builds on the disk are known to need */
    public DiskNeedsException(Set<Ability> needs) {
        super("builds on the disk need " + needs);
        this.needs = Set.copyOf(needs);
    }

    /** These, and what was known to be needed before the disk was open. */
    public Set<Ability> besides(Set<Ability> known) {
        var all = new HashSet<>(known);
        all.addAll(needs);
        return all;
    }
}
