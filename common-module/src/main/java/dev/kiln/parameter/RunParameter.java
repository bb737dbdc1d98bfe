package dev.kiln.parameter;

/**
 * A template's parameter with one execution's value; commands find it in their environment.
 *
 * @param secret whether its value must never be shown
 */
public record RunParameter(String name, String value, boolean secret) {

    /** Leaves out a secret's value, so that it does not get into a log by accident. */
    @Override
    public String toString() {
        return secret ? name + " (secret)" : name + "=" + value;
    }
}
