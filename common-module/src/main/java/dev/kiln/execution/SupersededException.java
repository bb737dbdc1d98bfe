package dev.kiln.execution;

/** Another attempt has the execution now: whoever gets this stops at once and writes nothing more. */
public final class SupersededException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public SupersededException(Attempt attempt) {
        super("attempt " + attempt.number() + " of " + attempt.execution() + " is superseded");
    }
}
