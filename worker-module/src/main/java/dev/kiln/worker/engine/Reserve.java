package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What builds leave free of a file system. */
final class Reserve {

    /** The usual ratio when file systems are made. */
    private static final int BYTES_PER_INODE = 16 << 10;

    private final EngineSettings settings;
    private final Path directory;
    private volatile @Nullable FileStore disk;

    /** @param directory in the file system; need not be there yet */
    Reserve(EngineSettings settings, Path directory) {
        this.settings = settings;
        this.directory = directory;
    }

    /** What is missing, as a sentence for the operator; empty when nothing is. */
    Optional<String> missing() throws IOException {
        long free = disk().getUsableSpace();
        if (free < settings.reserve().toBytes()) {
            return Optional.of("only " + free + " bytes are free below " + settings.directory() + ", builds leave "
                    + settings.reserve() + ": free some space");
        }
        long missing =
                FreeInodes.of(settings.directory()).missing(settings.reserve().toBytes() / BYTES_PER_INODE);
        return missing == 0
                ? Optional.empty()
                : Optional.of("the file system of " + settings.directory() + " has " + missing
                        + " inodes less than builds leave free (one for each " + BYTES_PER_INODE
                        + " bytes of kiln.engine.reserve, and no more than a twentieth of all): remove some files");
    }

    /** The same; empty also when the file system cannot be asked, which a build will tell better. */
    Optional<String> missingIfKnown() {
        try {
            return missing();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** A failure on this machine, explained by what is missing now, as when the disk has run full; else as it is. */
    IOException explained(IOException failure) {
        var missing = failure instanceof NoRoomException ? Optional.<String>empty() : missingIfKnown();
        // Its own cause stays the only one: secrets are looked for no deeper.
        return missing.isPresent()
                ? new NoRoomException(missing.get() + " (" + failure + ")", failure.getCause())
                : failure;
    }

    private FileStore disk() throws IOException {
        var store = disk;
        if (store == null) {
            // Finding the file store reads the machine's list of mounts, which takes longer than everything else here.
            store = Files.getFileStore(directory);
            disk = store;
        }
        return store;
    }
}
