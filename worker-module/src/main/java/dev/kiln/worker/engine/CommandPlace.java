package dev.kiln.worker.engine;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Where the commands of a build or test are run: in sandboxes over an image's files, or in a machine that the image
 * boots. What they print goes to the build's output. All throw when the command does not end well.
 */
interface CommandPlace {

    /** Runs the static tool with the arguments, as root. */
    void run(BuildState state, List<String> arguments, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped;

    /** The same, with something to read from standard input. */
    void run(BuildState state, List<String> arguments, SandboxProcess.Input input, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped;

    /** The same; what is printed to standard output is captured too. */
    void run(BuildState state, List<String> arguments, Optional<CapturedOutput> captured, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped;

    /** The same; what is printed to standard output goes to the sink alone. */
    void run(BuildState state, List<String> arguments, SandboxProcess.Output stdout, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped;
}
