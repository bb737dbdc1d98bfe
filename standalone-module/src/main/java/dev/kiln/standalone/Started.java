package dev.kiln.standalone;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A part that is started by one thread, used by others, and closed if it was started at all. */
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
