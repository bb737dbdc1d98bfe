package dev.kiln.parameter;

/**
 * A parameter of a template with the value that one execution has for it; its commands find it in their environment.
 *
 * @param secret whether nobody may see it
 */
public record RunParameter(String name, String value, boolean secret) {

    /** Secrets are in no log, not even by accident. */
    @Override
    public String toString() {
        return secret ? name + " (secret)" : name + "=" + value;
    }
}
