package dev.kiln.standalone;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A part that one thread starts and others use; closed only if it was started. */
final class Started<T extends Closeable> implements Closeable {

    private volatile @Nullable T part;

    void set(T started) {
        part = started;
    }

    T get() {
        var started = part;
        if (started == null) {
            throw new IllegalStateException("this part was not started");
        }
        return started;
    }

    @Override
    public void close() throws IOException {
        var started = part;
        if (started != null) {
            started.close();
        }
    }
}
