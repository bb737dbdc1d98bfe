package dev.kiln.message;

/** The two topics. Records are keyed by template, so that the events of one template stay in order. */
public final class Topics {

    /** Work for the workers: {@link ExecutionRequested}; consumed by one group that every worker process joins. */
    public static final String REQUESTED = "kiln.execution.requested";

    /** Every change of status, as CloudEvents, for external consumers. */
    public static final String EVENTS = "kiln.execution.events";

    private Topics() {}
}
