package dev.kiln.cli;

/**
 * The key that signs requests; its text form shows neither the secret nor the token.
 *
 * @param token the token of a temporary key; empty for others
 */
public record AccessKey(String id, String secret, String token) {

    /** A key that does not expire. */
    public AccessKey(String id, String secret) {
        this(id, secret, "");
    }

    @Override
    public String toString() {
        return "access key " + id;
    }
}
