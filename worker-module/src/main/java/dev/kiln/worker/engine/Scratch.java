package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where one build or test does its work.
 *
 * @param network whether commands may use the network
 * @param diskBytes bound of what commands may write
 */
record Scratch(Path directory, boolean network, long diskBytes, ControlGroup group, Layers layers) {

    Scratch(Path directory, boolean network, long diskBytes, ControlGroup group) {
        this(directory, network, diskBytes, group, new Layers());
    }

    /** Bytes that the commands' files take, as measured last. */
    long usage() {
        var text = text("usage");
        return text.matches("[0-9]{1,15}") ? Long.parseLong(text) * 1024 : 0;
    }

    /** What is wrong with the image, or empty. */
    String problem() {
        return text("problem");
    }

    /** What is wrong with this machine, or empty. */
    String trouble() {
        return text("trouble");
    }

    /** What a tool wrote to standard error, its last 2,000 characters. */
    String errors() {
        var text = text("errors");
        return text.substring(Math.max(0, text.length() - 2000));
    }

    Path errorsFile() {
        return directory.resolve("errors");
    }

    private String text(String file) {
        try {
            return Files.readString(directory.resolve(file)).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
