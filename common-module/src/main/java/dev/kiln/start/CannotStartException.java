package dev.kiln.start;

/** A process refuses to start because of a setting; says which one and what to do. */
public final class UnusableSettingException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String remedy;

    public UnusableSettingException(String problem, String remedy) {
        super(problem + ". " + remedy);
        this.remedy = remedy;
    }

    public String remedy() {
        return remedy;
    }
}
