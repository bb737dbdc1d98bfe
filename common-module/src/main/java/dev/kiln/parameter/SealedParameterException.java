package dev.kiln.parameter;

/** A process cannot read the secrets of an execution; the message says why and, if there is one, the remedy. */
public final class SealedParameterException extends RuntimeException {

    private static final long serialVersionUID = 1;

    SealedParameterException(String message) {
        super(message);
    }

    static SealedParameterException noKey() {
        return new SealedParameterException("the execution has secret parameters, and this worker has no"
                + " kiln.secrets-key to read them; give it the key that the API has as KILN_SECRETS_KEY");
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
