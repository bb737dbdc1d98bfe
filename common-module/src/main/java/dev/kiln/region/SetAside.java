package dev.kiln.region;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.UUID;

/** An object's file under the name of a leftover, from where it either goes or comes back. */
record SetAside(Path object, Path aside) {

    /**
     * Removes the object's file, unless the proof fails. Whoever stores the object anew meanwhile makes another file.
     *
     * @param prefix of the name that it has until then
     */
    static void remove(Path object, String prefix, Runnable proof) throws IOException {
        var file = new SetAside(object, object.resolveSibling(prefix + UUID.randomUUID()));
        try {
            // As a leftover it is as old as this call: another search shall not remove it meanwhile.
            Files.setLastModifiedTime(object, FileTime.from(Instant.now()));
            Files.move(object, file.aside, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            return; // others have removed it
        }
        try {
            proof.run();
        } catch (RuntimeException e) {
            file.putBack(e);
            throw e;
        }
        Files.deleteIfExists(file.aside);
    }

    private void putBack(RuntimeException reason) {
        try {
            if (Files.exists(object)) {
                Files.deleteIfExists(aside); // stored anew: the name says that it has the same bytes
            } else {
                Files.move(aside, object, StandardCopyOption.ATOMIC_MOVE);
                DirectoryRegionStore.sync(object.resolveSibling(""));
            }
        } catch (NoSuchFileException e) {
            // A copy of the same content goes on with it.
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }
}
