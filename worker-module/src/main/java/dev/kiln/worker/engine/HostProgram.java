package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Runs small programs of this machine with fixed arguments; always waits for their end, even when interrupted. */
final class HostProgram {

    private HostProgram() {}

    static boolean succeeds(List<String> line) {
        return output(line).isPresent();
    }

    /** What the program prints, if it succeeds. */
    static Optional<String> output(List<String> line) {
        try {
            var process = new ProcessBuilder(line)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return status(process) == 0 ? Optional.of(text) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Not through the process's own future, which threads of a shared pool complete: this thread may be one of them.
     */
    private static int status(Process process) {
        boolean interrupted = false;
        while (true) {
            try {
                int status = process.waitFor();
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                return status;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }
}
