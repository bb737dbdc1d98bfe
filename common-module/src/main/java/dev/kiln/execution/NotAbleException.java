package dev.kiln.execution;

import java.util.Set;

/** The worker that has the execution lacks an ability for what comes next, and leaves the execution to others. */
public final class NotAbleException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient Attempt attempt;
    private final transient Set<Ability> needs;

    /** @param needs all abilities that the attempt's status needs, not only the missing ones */
    public NotAbleException(Attempt attempt, Set<Ability> needs) {
        super(attempt.status() + " of " + attempt.execution() + " needs " + needs);
        this.attempt = attempt;
        this.needs = Set.copyOf(needs);
    }

    public Attempt attempt() {
        return attempt;
    }

    public Set<Ability> needs() {
        return needs;
    }
}
