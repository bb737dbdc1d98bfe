package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import dev.kiln.template.BuildCommand;
import dev.kiln.template.ImagePath;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One build or test under way: its commands, one after the other, in sandboxes over one scratch copy of the image. */
final class SandboxBuild {

    private static final String FAILED = "BuildCommand.Failed";

    private final EngineSettings settings;
    private final SandboxCommands commands;
    private final BuildRequest request;
    private final BuildOutput output;
    private final Scratch scratch;
    private final Limits limits;
    private final BuildState state;

    SandboxBuild(
            EngineSettings settings,
            SandboxCommands commands,
            BuildRequest request,
            BuildOutput output,
            Scratch scratch)
            throws BuildFailedException {
        this.settings = settings;
        this.commands = commands;
        this.request = request;
        this.output = output;
        this.scratch = scratch;
        this.limits = new Limits(settings, scratch);
        this.state = BuildState.of(request.base().metadata());
    }

    /** Runs all commands; tells which one failed, and how. */
    void run() throws BuildFailedException, IOException, InterruptedException {
        enterDirectory();
        int total = request.commands().size();
        for (int number = 1; number <= total; number++) {
            var command = request.commands().get(number - 1);
            output.stepStarted(number, total, command.text());
            long begin = System.nanoTime();
            var step = "step " + number + " of " + total + " (" + shortened(command.text()) + ")";
            try {
                execute(command, step);
                limits.checkDisk();
            } catch (Stopped e) {
                throw new BuildFailedException(e.reason().code(), step + ": " + e.getMessage());
            }
            output.stepFinished(number, total, Duration.ofNanos(System.nanoTime() - begin));
        }
    }

    private void enterDirectory() throws BuildFailedException, IOException, InterruptedException {
        if (state.directory().equals("/") || request.commands().isEmpty()) {
            return;
        }
        try {
            workdir(state.directory(), "the base image's working directory");
        } catch (Stopped e) {
            throw new BuildFailedException(e.reason().code(), String.valueOf(e.getMessage()));
        }
    }

    private void execute(BuildCommand command, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        if (command instanceof BuildCommand.Run run) {
            inImage(List.of("sh", "-c", SandboxCommands.RUN, "kiln", state.user(), run.script()), null, step);
        } else if (command instanceof BuildCommand.Env env) {
            state.environment(env.variables());
        } else if (command instanceof BuildCommand.Workdir workdir) {
            workdir(inImagePath(workdir.path(), step), step);
        } else if (command instanceof BuildCommand.Copy copy) {
            copy(copy, step);
        } else if (command instanceof BuildCommand.User user) {
            user(user.name(), step);
        } else if (command instanceof BuildCommand.Label label) {
            state.label(label.labels());
        } else if (command instanceof BuildCommand.Cmd cmd) {
            state.command(cmd.command());
        } else if (command instanceof BuildCommand.Entrypoint entrypoint) {
            state.entrypoint(entrypoint.entrypoint());
        }
    }

    private String inImagePath(String path, String step) throws BuildFailedException {
        return ImagePath.resolve(state.directory(), path)
                .orElseThrow(() -> new BuildFailedException(FAILED, step + ": the path leaves the image"));
    }

    private void workdir(String path, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        state.directory("/");
        inImage(List.of("mkdir", "-p", "--", path), null, step);
        state.directory(path);
    }

    private void user(String name, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var known = "[ \"$1\" = 0 ] || [ \"$1\" = root ] || /run/kiln/busybox awk -F: -v wanted=\"$1\" '$1 == wanted ||"
                + " $3 \"\" == wanted { found = 1 } END { exit !found }' /etc/passwd"
                + " || { echo \"kiln: the image has no user $1 in /etc/passwd; create it by RUN first\"; exit 1; }";
        inImage(List.of("sh", "-c", known, "kiln", name), null, step);
        state.user(name.equals("0") || name.equals("root") ? "" : name);
    }

    private void copy(BuildCommand.Copy copy, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var file = scratch.directory().resolve("copied");
        int mode = copy.fromUrl() ? download(copy, file, step) : fromContext(copy, file, step);
        var name = copy.source().substring(copy.source().lastIndexOf('/') + 1);
        var directory = inImagePath(copy.directory(), step);
        var line = List.of("sh", "-c", SandboxCommands.COPY, "kiln", directory, name, Integer.toOctalString(mode));
        inImage(line, out -> Files.copy(file, out), step);
        Files.deleteIfExists(file);
    }

    private int download(BuildCommand.Copy copy, Path file, String step)
            throws BuildFailedException, IOException, InterruptedException {
        if (!request.network()) {
            throw new BuildFailedException(
                    FAILED, step + ": a URL needs the network; set InternetMaxBandwidthOut of the template above 0");
        }
        new UrlDownload(settings).fetch(copy.source(), file);
        return 0644;
    }

    private int fromContext(BuildCommand.Copy copy, Path file, String step) throws BuildFailedException, IOException {
        var context = request.context()
                .orElseThrow(() -> new BuildFailedException(
                        FAILED, step + ": the template has no context; upload a tar archive with that file"));
        return new ContextFile(context)
                .take(copy.source(), file, request.diskBytes())
                .orElseThrow(() -> new BuildFailedException(
                        FAILED, step + ": the template's context has no file \"" + copy.source() + "\""));
    }

    /** Runs the static tool with the arguments in the image, as root; output goes to the build's. */
    private void inImage(
            List<String> arguments, SandboxProcess.@org.jspecify.annotations.Nullable Input input, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var tail = new Tail(4000);
        SandboxProcess.Output sink = (bytes, length) -> {
            tail.add(bytes, length);
            output.output(bytes, length);
        };
        var line = commands.step(scratch, state, arguments);
        int status = new SandboxProcess(line, Optional.empty(), input, sink, limits.command()).run();
        if (status != 0) {
            fail(status, step, tail.text());
        }
    }

    private void fail(int status, String step, String lastLines) throws BuildFailedException, IOException {
        if (!scratch.trouble().isEmpty()) {
            throw new IOException(scratch.trouble());
        }
        if (!scratch.problem().isEmpty()) {
            throw new BuildFailedException("BaseImage.Refused", scratch.problem());
        }
        if (scratch.group().ranOutOfMemory()) {
            throw new BuildFailedException(
                    "BuildCommand.MemoryLimitExceeded",
                    step + ": used more than the " + settings.memory() + " of memory that a command may; last lines:\n"
                            + lastLines);
        }
        throw new BuildFailedException(
                FAILED, step + " ended with exit code " + status + "; last lines:\n" + lastLines);
    }

    private static String shortened(String text) {
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }

    /** Packs the image as it is now: no times in it but those of the base image, so equal builds give equal bytes. */
    BuildEngine.BuiltImage pack(Path file, long newest) throws BuildFailedException, IOException, InterruptedException {
        var computation = Digest.computation();
        try (var raw = Files.newOutputStream(file);
                var out = new com.github.luben.zstd.ZstdOutputStream(
                        new DigestOutputStream(raw, computation), settings.compression())) {
            pack(out, newest);
        }
        return new BuildEngine.BuiltImage(file, Files.size(file), Digest.of(computation), state.metadata());
    }

    private void pack(OutputStream out, long newest) throws BuildFailedException, IOException, InterruptedException {
        var line = commands.pack(scratch, newest);
        SandboxProcess.Output sink = (bytes, length) -> out.write(bytes, 0, length);
        try {
            int status =
                    new SandboxProcess(line, Optional.of(scratch.errorsFile()), null, sink, limits.command()).run();
            if (status != 0) {
                fail(status, "packing the image", scratch.errors());
            }
        } catch (Stopped e) {
            throw new BuildFailedException(e.reason().code(), "packing the image: " + e.getMessage());
        }
    }

    /** The directories of the scratch space that hold the image's files. */
    List<Path> trees() {
        var trees = new ArrayList<Path>();
        for (var name : List.of("upper", "work", "merged", "tmp", "new", "base", "copied")) {
            trees.add(scratch.directory().resolve(name));
        }
        return trees;
    }
}
