package dev.kiln.api.operation;

/** The answer of an operation that returns nothing. */
public enum Done {
    DONE;

    public static final Shape<Done> SHAPE = Shape.of();
}
