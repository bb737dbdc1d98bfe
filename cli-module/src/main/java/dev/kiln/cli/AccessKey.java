package dev.kiln.cli;

/** What requests are signed with; its text form does not show the secret. */
public record AccessKey(String id, String secret) {

    @Override
    public String toString() {
        return "access key " + id;
    }
}
