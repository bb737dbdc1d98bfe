package dev.kiln.worker.disk;

import dev.kiln.execution.Ability;
import java.util.HashSet;
import java.util.Set;

/** The disk needs an ability that this worker lacks, which showed only when it was opened. */
public final class DiskNeedsException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient Set<Ability> needs;

    /** @param needs all known needs of builds on the disk */
    public DiskNeedsException(Set<Ability> needs) {
        super("builds on the disk need " + needs);
        this.needs = Set.copyOf(needs);
    }

    /** These needs and those that were known before the disk was open. */
    public Set<Ability> besides(Set<Ability> known) {
        var all = new HashSet<>(known);
        all.addAll(needs);
        return all;
    }
}
