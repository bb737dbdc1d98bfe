package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Identifies an engine's directory by an id that is made once and kept in it. All workers that share the directory are
 * in the same place, and a worker that returns to it finds what was left there.
 */
public final class EnginePlace {

    private final Path directory;
    private @Nullable String id;

    public EnginePlace(Path directory) {
        this.directory = directory;
    }

    /** The id; made now if there is none. */
    public synchronized String id() throws IOException {
        var known = id;
        if (known == null) {
            known = read();
            id = known;
        }
        return known;
    }

    // The id is the target of a dangling link: a link appears at once and complete, never half-written.
    private String read() throws IOException {
        var link = directory.resolve("place");
        if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(directory);
            try {
                var random = UUID.randomUUID().toString().replace("-", "").substring(0, 12);
                Files.createSymbolicLink(link, Path.of("engine-" + random));
            } catch (FileAlreadyExistsException e) {
                // Another worker was first.
            }
        }
        return Files.readSymbolicLink(link).toString();
    }
}
