package dev.kiln.worker.engine;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** This machine has no space left that a build may take. Another may have: here it is not tried again at once. */
public final class NoRoomException extends IOException {

    private static final long serialVersionUID = 1;

    /** @param message what is missing, as a sentence for the operator */
    public NoRoomException(String message) {
        super(message);
    }

    NoRoomException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** The failure in other words, without its cause; still one of this kind if it was. */
    static IOException inWords(IOException failure, String words) {
        return failure instanceof NoRoomException ? new NoRoomException(words) : new IOException(words);
    }
}
