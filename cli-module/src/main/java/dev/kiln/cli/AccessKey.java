package dev.kiln.cli;

/**
 * What requests are signed with; its text form shows neither the secret nor the token.
 *
 * @param token that a temporary key comes with; empty for others
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
