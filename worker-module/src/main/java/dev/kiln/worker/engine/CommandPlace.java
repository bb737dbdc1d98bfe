package dev.kiln.worker.engine;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Where the commands of a build or test run: in sandboxes over an image's files, or in a machine that boots the image.
 * Their output goes to the build's output. All methods throw when the command fails.
 */
interface CommandPlace {

    /** Runs the static tool with the arguments, as root. */
    void run(BuildState state, List<String> arguments, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped;

    /** Runs the static tool with standard input. */
    void run(BuildState state, List<String> arguments, SandboxProcess.Input input, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped;

    /** Runs the static tool and also captures its standard output. */
    void run(BuildState state, List<String> arguments, Optional<CapturedOutput> captured, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped;

    /** Runs the static tool; its standard output goes only to the sink. */
    void run(BuildState state, List<String> arguments, SandboxProcess.Output stdout, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped;
}
