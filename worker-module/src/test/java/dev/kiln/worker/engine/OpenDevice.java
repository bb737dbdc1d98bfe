package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A device that everybody may open for a while, as the rules of every distribution have it for good, which nobody
 * applies on a machine without udev.
 */
final class OpenDevice implements AutoCloseable {

    private final Path device;
    private final Set<PosixFilePermission> before;

    OpenDevice(String device) throws IOException {
        this.device = Path.of(device);
        this.before = Files.getPosixFilePermissions(this.device);
        Files.setPosixFilePermissions(this.device, PosixFilePermissions.fromString("rw-rw-rw-"));
    }

    @Override
    public void close() throws IOException {
        Files.setPosixFilePermissions(device, before);
    }
}
