package dev.kiln.start;

/** A process cannot start because of a setting or its environment; the message names the problem and the remedy. */
public final class CannotStartException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String remedy;

    /** Takes the problem as a sentence without its full stop, and the remedy as another; the message has both. */
    public CannotStartException(String problem, String remedy) {
        super(problem + ". " + remedy);
        this.remedy = remedy;
    }

    public String remedy() {
        return remedy;
    }
}
