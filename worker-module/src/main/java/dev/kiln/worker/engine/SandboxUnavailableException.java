package dev.kiln.worker.engine;

/** This worker cannot make a sandbox. One sentence says why, another what to do. */
public final class SandboxUnavailableException extends Exception {

    private static final long serialVersionUID = 1;

    private final String problem;
    private final String remedy;

    SandboxUnavailableException(String problem, String remedy) {
        super(problem + ". " + remedy + ".");
        this.problem = problem;
        this.remedy = remedy;
    }

    /** The problem, without a full stop. */
    public String problem() {
        return problem;
    }

    public String remedy() {
        return remedy + ".";
    }
}
