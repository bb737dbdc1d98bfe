package dev.kiln.image.archive;

import java.io.IOException;

/** So many archives are unpacked by xz that this one did not have its turn; another time it may. */
public final class XzBusyException extends IOException {

    private static final long serialVersionUID = 1;

    XzBusyException(String message) {
        super(message);
    }
}
