package dev.kiln.api.operation;

import java.util.Locale;

/** What Kiln does with a parameter. */
public enum Treatment {
    /** It does what the reference says. */
    HONOURED,
    /** It has no meaning outside the vendor's cloud: its form is checked, it is stored, and returned. */
    KEPT,
    /** It has no meaning here and no answer returns it: only its form is checked. */
    CHECKED,
    /** Kiln cannot do what it asks for. */
    REFUSED;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
