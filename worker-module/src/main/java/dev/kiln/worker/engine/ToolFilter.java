package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * The {@link SystemCallFilter} for tools that run on what strangers made, in one file for all workers of a directory
 * with the same settings.
 */
record ToolFilter(EngineSettings settings) {

    /** The file; made now if there is none. */
    Path file() throws IOException {
        var program = SystemCallFilter.program(System.getProperty("os.arch", ""), settings);
        var computation = Digest.computation();
        computation.update(program);
        var name = "filter-" + Digest.of(computation).hex();
        var directory = settings.directory().toAbsolutePath();
        var file = directory.resolve(name);
        // A machine that lost its power may have kept the name alone.
        if (!Files.exists(file) || Files.size(file) != program.length) {
            Files.createDirectories(directory);
            // All at once: other workers may look for it now.
            var made = Files.write(directory.resolve("." + name + "." + UUID.randomUUID()), program);
            Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return file;
    }
}
