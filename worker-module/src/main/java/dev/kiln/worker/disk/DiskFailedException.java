package dev.kiln.worker.disk;

/** The disk, or what a build writes to it, is at fault: trying again would not help. */
public final class DiskFailedException extends Exception {

    private static final long serialVersionUID = 1;

    /** The base image is broken, hostile, or of a kind that cannot be built on. */
    public static final String REFUSED = "BaseImage.Refused";

    private final String code;

    public DiskFailedException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** The code for programs. */
    public String code() {
        return code;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
