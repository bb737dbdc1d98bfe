package dev.kiln.testing;

import dev.kiln.embedded.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Ports for servers that a test starts. */
public final class TestPorts {

    private TestPorts() {}

    /** A port of the loopback address that nobody was listening on a moment ago. */
    public static int free() {
        try {
            return FreePort.any();
        } catch (IOException e) {
            throw new UncheckedIOException("no free port", e);
        }
    }
}
