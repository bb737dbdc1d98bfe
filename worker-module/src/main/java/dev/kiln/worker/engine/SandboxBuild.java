package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import dev.kiln.template.BuildCommand;
import dev.kiln.template.ImagePath;
import dev.kiln.template.SourceUrl;
import dev.kiln.template.TaskText;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** One build or test under way: its commands, one after the other, in sandboxes over one scratch copy of the image. */
final class SandboxBuild {

    private static final String FAILED = "BuildCommand.Failed";

    /** A file of the scratch space, on its way into the image. */
    private static final String COPIED = "copied";

    private final EngineSettings settings;
    private final SandboxCommands commands;
    private final BuildRequest request;
    private final BuildOutput output;
    private final Scratch scratch;
    private final Limits limits;
    private final LayerArchive layers;
    private final ImageCommands inImage;
    private final BuildState state;
    private final Map<Integer, String> outputs = new HashMap<>();

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
        this.inImage = new ImageCommands(settings, commands, output, scratch, limits);
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
            var stdout = execute(command, step(number));
            stdout.ifPresent(text -> outputs.put(number, text));
            limits.checkDisk();
            output.stepFinished(number, total, Duration.ofNanos(System.nanoTime() - begin));
            keep(number, command, stdout, journal);
        } catch (Stopped e) {
            throw new BuildFailedException(e.reason().code(), step(number) + ": " + e.getMessage());
        } catch (BuildFailedException e) {
            journal.ended(new StepJournal.EndedStep(number, e.exitCode(), Optional.empty(), Optional.empty()));
            throw e;
        }
    }

    private void keep(int number, BuildCommand command, Optional<String> stdout, StepJournal journal)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        if (journal == StepJournal.NONE) {
            return;
        }
        if (!writes(command)) {
            journal.ended(new StepJournal.EndedStep(number, 0, Optional.empty(), stdout));
            return;
        }
        journal.ended(new StepJournal.EndedStep(number, 0, Optional.of(layers.pack()), stdout));
        layers.removeFile();
        scratch.layers().push();
    }

    private static boolean writes(BuildCommand command) {
        return command instanceof BuildCommand.Run
                || command instanceof BuildCommand.Script
                || command instanceof BuildCommand.Copy
                || command instanceof BuildCommand.Download
                || command instanceof BuildCommand.FromBucket
                || command instanceof BuildCommand.Workdir;
    }

    /** Takes the layers of the kept steps and says what the others of them declare; returns how many there are. */
    private int goOnAfter(List<StepJournal.KeptStep> kept)
            throws BuildFailedException, IOException, InterruptedException {
        if (kept.isEmpty()) {
            return 0;
        }
        output.phase(kept.size() + " of " + request.commands().size() + " steps are kept from an earlier attempt");
        for (var step : kept) {
            if (step.stdout().isEmpty() && isCaptured(request.commands().get(step.number() - 1))) {
                throw new KeptStepsLostException(
                        new IOException("the output of step " + step.number() + " is missing"));
            }
        }
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
            step.stdout().ifPresent(text -> outputs.put(step.number(), text));
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

    /** What the command printed, if later ones use that. */
    private Optional<String> execute(BuildCommand command, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var captured = isCaptured(command) ? Optional.of(new CapturedOutput()) : Optional.<CapturedOutput>empty();
        if (command instanceof BuildCommand.Run run) {
            inImage.run(state, List.of("sh", "-c", SandboxCommands.RUN, "kiln", state.user(), run.script()), step);
        } else if (command instanceof BuildCommand.Script script) {
            run(script, captured, step);
        } else if (command instanceof BuildCommand.Download download) {
            download(download, step);
        } else if (command instanceof BuildCommand.FromBucket download) {
            fetch(download, step);
        } else if (command instanceof BuildCommand.ToBucket upload) {
            store(upload, step);
        } else if (command instanceof BuildCommand.Workdir workdir) {
            makeDirectory(inImagePath(workdir.path(), step), step);
        } else if (command instanceof BuildCommand.Copy copy) {
            copy(copy, step);
        } else if (command instanceof BuildCommand.User user) {
            checkUser(user.name(), step);
        } else if (command instanceof BuildCommand.Component) {
            throw new IllegalArgumentException(step + " was not replaced by its component's commands");
        }
        declare(command, step);
        return captured.isPresent() ? Optional.of(captured.get().text(step)) : Optional.empty();
    }

    private static boolean isCaptured(BuildCommand command) {
        return command instanceof BuildCommand.Script script && script.captured();
    }

    private void run(BuildCommand.Script script, Optional<CapturedOutput> captured, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var user = valueOf(script.user());
        if (!user.isEmpty() && !BuildState.USER.matcher(user).matches()) {
            throw new BuildFailedException(FAILED, step + ": \"" + shortened(user) + "\" is no name of one user");
        }
        var variables = new LinkedHashMap<String, String>();
        script.variables().forEach((name, value) -> variables.put(name, valueOf(value)));
        var directory = pathIn("/", valueOf(script.directory()), step);
        var asUser = user.equals("0") || user.equals("root") ? "" : user;
        var line = List.of("sh", "-c", SandboxCommands.TASK, "kiln", asUser, directory, script.script());
        inImage.run(state.forTask(variables), line, captured, step);
    }

    private String valueOf(TaskText text) {
        return text.with(number -> Objects.requireNonNull(outputs.get(number), "output of step " + number));
    }

    private void download(BuildCommand.Download download, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var url = valueOf(download.url());
        var fault = SourceUrl.fault(url);
        if (fault.isPresent()) {
            throw new BuildFailedException(
                    FAILED, step + ": \"" + shortened(url) + "\" " + fault.get().rule());
        }
        var directory = pathIn("/", valueOf(download.directory()), step);
        fetch(url, Duration.ofSeconds(download.seconds()), step);
        put(SourceUrl.name(url), directory, 0644, step);
    }

    private void fetch(BuildCommand.FromBucket download, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var place = place(download.object());
        var directory = pathIn("/", valueOf(download.directory()), step);
        new BucketTasks(request).fetch(place, scratch.directory().resolve(COPIED), step);
        put(BucketTasks.name(place), directory, 0644, step);
    }

    private void store(BuildCommand.ToBucket upload, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var path = pathIn("/", valueOf(upload.file()), step);
        var file = scratch.directory().resolve(COPIED);
        try (var out = Files.newOutputStream(file)) {
            var line = BucketTasks.reading(path, request.diskBytes());
            inImage.run(state.forTask(Map.of()), line, (bytes, length) -> out.write(bytes, 0, length), step);
        }
        new BucketTasks(request).store(place(upload.object()), file, step);
        Files.deleteIfExists(file);
    }

    private BucketTasks.Place place(BuildCommand.BucketObject object) {
        return new BucketTasks.Place(valueOf(object.bucket()), valueOf(object.object()), valueOf(object.region()));
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
        return pathIn(state.directory(), path, step);
    }

    private static String pathIn(String directory, String path, String step) throws BuildFailedException {
        return ImagePath.resolve(directory, path)
                .orElseThrow(() -> new BuildFailedException(FAILED, step + ": the path leaves the image"));
    }

    private void makeDirectory(String path, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        // The directory of the commands before may be gone, and then nothing could be started in it.
        var before = state.directory();
        state.directory("/");
        inImage.run(state, List.of("mkdir", "-p", "--", path), step);
        state.directory(before);
    }

    private void checkUser(String name, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var known = "[ \"$1\" = 0 ] || [ \"$1\" = root ] || /run/kiln/busybox awk -F: -v wanted=\"$1\" '$1 == wanted ||"
                + " $3 \"\" == wanted { found = 1 } END { exit !found }' /etc/passwd"
                + " || { echo \"kiln: the image has no user $1 in /etc/passwd; create it by RUN first\"; exit 1; }";
        inImage.run(state, List.of("sh", "-c", known, "kiln", name), step);
    }

    private void copy(BuildCommand.Copy copy, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        int mode = copy.fromUrl()
                ? fetch(copy.source(), settings.downloadTime(), step)
                : fromContext(copy, scratch.directory().resolve(COPIED), step);
        var name = copy.source().substring(copy.source().lastIndexOf('/') + 1);
        put(name, inImagePath(copy.directory(), step), mode, step);
    }

    /** Puts the file that was fetched into a directory of the image. */
    private void put(String name, String directory, int mode, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var file = scratch.directory().resolve(COPIED);
        var line = List.of("sh", "-c", SandboxCommands.COPY, "kiln", directory, name, Integer.toOctalString(mode));
        inImage.run(state, line, out -> Files.copy(file, out), step);
        Files.deleteIfExists(file);
    }

    /** The mode of the file. */
    private int fetch(String url, Duration time, String step)
            throws BuildFailedException, IOException, InterruptedException {
        if (!request.network()) {
            throw new BuildFailedException(
                    FAILED, step + ": a URL needs the network; set InternetMaxBandwidthOut of the template above 0");
        }
        new UrlDownload(settings).fetch(url, scratch.directory().resolve(COPIED), time);
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
                inImage.fail(status, "packing the image", scratch.errors());
            }
        } catch (Stopped e) {
            throw new BuildFailedException(e.reason().code(), "packing the image: " + e.getMessage());
        }
    }

    /** The directories of the scratch space that hold the image's files. */
    List<Path> trees() {
        var trees = new ArrayList<Path>();
        for (var name : List.of("layers", "work", "merged", "tmp", "new", "base", COPIED)) {
            trees.add(scratch.directory().resolve(name));
        }
        return trees;
    }
}
