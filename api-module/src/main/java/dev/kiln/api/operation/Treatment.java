package dev.kiln.api.operation;

import java.util.Locale;

/** What becomes of a parameter here. */
public enum Treatment {
    /** It does what the reference says. */
    HONOURED,
    /** It means nothing on one's own machines: its form is checked, it is kept, and returned. */
    KEPT,
    /** It means nothing here and there is nothing that could return it: its form is checked. */
    CHECKED,
    /** What it asks for cannot be done here. */
    REFUSED;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
