package dev.kiln.start;

/** A process refuses to start because of a setting or of what it finds around it; says why and what to do. */
public final class CannotStartException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String remedy;

    /**
     * The sentence that says what is wrong, without its full stop, and the one that says what to do. The message has
     * both.
     */
    public CannotStartException(String problem, String remedy) {
        super(problem + ". " + remedy);
        this.remedy = remedy;
    }

    public String remedy() {
        return remedy;
    }
}
