package dev.kiln.execution;

/** Another attempt has the execution now: stop at once and write nothing more. */
public final class SupersededException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public SupersededException(Attempt attempt) {
        super("attempt " + attempt.number() + " of " + attempt.execution() + " is superseded");
    }
}
