package dev.kiln.cli;

import java.io.IOException;

/** The server refused a request; the message is the server's own. */
public final class ApiException extends IOException {

    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;

    public ApiException(int status, String code, String message) {
        super(message);
        this.status = status;
        this.code = code;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The wire's error code, or a problem's title. */
    public String code() {
        return code;
    }
}
