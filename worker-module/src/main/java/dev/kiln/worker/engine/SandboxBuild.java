package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import dev.kiln.template.BuildCommand;
import dev.kiln.template.ImagePath;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
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
    private final LayerArchive layers;
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
        this.layers = new LayerArchive(commands, scratch, limits);
        this.state = BuildState.of(request.base().metadata());
    }

    /** Runs the commands after the kept ones; tells which one failed, and how. */
    void run(StepJournal journal) throws BuildFailedException, IOException, InterruptedException {
        int kept = goOnAfter(journal.kept());
        if (scratch.layers().top() == 1) {
            enterDirectory();
        }
        for (int number = kept + 1; number <= request.commands().size(); number++) {
            runInTime(number, journal);
        }
    }

    private void runInTime(int number, StepJournal journal)
            throws BuildFailedException, IOException, InterruptedException {
        var time = new StepTime(settings.stepTime());
        try (time) {
            run(number, journal);
        } catch (IOException | InterruptedException | RuntimeException e) {
            if (!time.isOver()) {
                throw e;
            }
        }
        // An interrupt makes itself felt in many ways, or, where nothing waited for anything, in none.
        if (time.isOver()) {
            throw time.exceeded(step(number));
        }
    }

    private void run(int number, StepJournal journal) throws BuildFailedException, IOException, InterruptedException {
        int total = request.commands().size();
        var command = request.commands().get(number - 1);
        output.stepStarted(number, total, command.text());
        long begin = System.nanoTime();
        try {
            execute(command, step(number));
            limits.checkDisk();
            output.stepFinished(number, total, Duration.ofNanos(System.nanoTime() - begin));
            keep(number, command, journal);
        } catch (Stopped e) {
            throw new BuildFailedException(e.reason().code(), step(number) + ": " + e.getMessage());
        } catch (BuildFailedException e) {
            journal.ended(new StepJournal.EndedStep(number, e.exitCode(), Optional.empty()));
            throw e;
        }
    }

    private void keep(int number, BuildCommand command, StepJournal journal)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        if (journal == StepJournal.NONE) {
            return;
        }
        if (!writes(command)) {
            journal.ended(new StepJournal.EndedStep(number, 0, Optional.empty()));
            return;
        }
        journal.ended(new StepJournal.EndedStep(number, 0, Optional.of(layers.pack())));
        layers.removeFile();
        scratch.layers().push();
    }

    private static boolean writes(BuildCommand command) {
        return command instanceof BuildCommand.Run
                || command instanceof BuildCommand.Copy
                || command instanceof BuildCommand.Workdir;
    }

    /** Takes the layers of the kept steps and says what the others of them declare; returns how many there are. */
    private int goOnAfter(List<StepJournal.KeptStep> kept)
            throws BuildFailedException, IOException, InterruptedException {
        if (kept.isEmpty()) {
            return 0;
        }
        output.phase(kept.size() + " of " + request.commands().size() + " steps are kept from an earlier attempt");
        try {
            var stack = StepJournal.layers(kept);
            for (var layer : stack) {
                layers.unpack(layer, layer.equals(stack.get(stack.size() - 1)));
            }
        } catch (Stopped e) {
            throw new BuildFailedException(e.reason().code(), "taking the kept steps: " + e.getMessage());
        } catch (InterruptedIOException | ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            throw new KeptStepsLostException(e);
        }
        for (var step : kept) {
            declare(request.commands().get(step.number() - 1), step(step.number()));
        }
        return kept.size();
    }

    private String step(int number) {
        return "step " + number + " of " + request.commands().size() + " ("
                + shortened(request.commands().get(number - 1).text()) + ")";
    }

    private void enterDirectory() throws BuildFailedException, IOException, InterruptedException {
        if (state.directory().equals("/") || request.commands().isEmpty()) {
            return;
        }
        try {
            makeDirectory(state.directory(), "the base image's working directory");
        } catch (Stopped e) {
            throw new BuildFailedException(e.reason().code(), String.valueOf(e.getMessage()));
        }
    }

    private void execute(BuildCommand command, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        if (command instanceof BuildCommand.Run run) {
            inImage(List.of("sh", "-c", SandboxCommands.RUN, "kiln", state.user(), run.script()), null, step);
        } else if (command instanceof BuildCommand.Workdir workdir) {
            makeDirectory(inImagePath(workdir.path(), step), step);
        } else if (command instanceof BuildCommand.Copy copy) {
            copy(copy, step);
        } else if (command instanceof BuildCommand.User user) {
            checkUser(user.name(), step);
        }
        declare(command, step);
    }

    /** What a command sets for those after it, and for the image; nothing is run for it. */
    private void declare(BuildCommand command, String step) throws BuildFailedException {
        if (command instanceof BuildCommand.Env env) {
            state.environment(env.variables());
        } else if (command instanceof BuildCommand.Workdir workdir) {
            state.directory(inImagePath(workdir.path(), step));
        } else if (command instanceof BuildCommand.User user) {
            var name = user.name();
            state.user(name.equals("0") || name.equals("root") ? "" : name);
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

    private void makeDirectory(String path, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        // The directory of the commands before may be gone, and then nothing could be started in it.
        var before = state.directory();
        state.directory("/");
        inImage(List.of("mkdir", "-p", "--", path), null, step);
        state.directory(before);
    }

    private void checkUser(String name, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var known = "[ \"$1\" = 0 ] || [ \"$1\" = root ] || /run/kiln/busybox awk -F: -v wanted=\"$1\" '$1 == wanted ||"
                + " $3 \"\" == wanted { found = 1 } END { exit !found }' /etc/passwd"
                + " || { echo \"kiln: the image has no user $1 in /etc/passwd; create it by RUN first\"; exit 1; }";
        inImage(List.of("sh", "-c", known, "kiln", name), null, step);
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
                    step + ": used more than the " + settings.memory()
                            + " of memory that a command may; the operator can raise kiln.engine.memory; last lines:\n"
                            + lastLines);
        }
        throw new BuildFailedException(
                FAILED, step + " ended with exit code " + status + "; last lines:\n" + lastLines, status);
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
                    new SandboxProcess(line, Optional.of(scratch.errorsFile()), null, sink, limits::checkDisk).run();
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
        for (var name : List.of("layers", "work", "merged", "tmp", "new", "base", "copied")) {
            trees.add(scratch.directory().resolve(name));
        }
        return trees;
    }
}
