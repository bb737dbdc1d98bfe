package dev.kiln.api.operation;

/** The answer of an operation that has nothing to say but that it was done. */
public enum Done {
    DONE;

    public static final Shape<Done> SHAPE = Shape.of();
}
