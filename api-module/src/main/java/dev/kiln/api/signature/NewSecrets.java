package dev.kiln.api.signature;

import dev.kiln.api.rpc.NewId;

/** A random key id and secret, and a temporary key's token. */
public record NewSecrets(String id, String secret, String token) {

    private static final int ID_LENGTH = 20;
    private static final int TEMPORARY_ID_LENGTH = 24;
    private static final int SECRET_LENGTH = 40;

    public static NewSecrets ofKey() {
        return new NewSecrets("kiln" + NewId.text(ID_LENGTH), NewId.text(SECRET_LENGTH), "");
    }

    public static NewSecrets ofTemporaryKey() {
        return new NewSecrets(
                "STS." + NewId.text(TEMPORARY_ID_LENGTH), NewId.text(SECRET_LENGTH), NewId.text(SecurityToken.LENGTH));
    }

    /** Keeps secrets out of logs, even by accident. */
    @Override
    public String toString() {
        return "access key " + id;
    }
}
