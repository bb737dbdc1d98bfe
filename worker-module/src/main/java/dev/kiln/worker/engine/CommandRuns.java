package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import dev.kiln.template.BuildCommand;
import dev.kiln.template.ImagePath;
import dev.kiln.template.SourceUrl;
import dev.kiln.template.Sysprep;
import dev.kiln.template.TaskText;
import dev.kiln.worker.secret.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Executes the commands of a build, each according to its kind. */
final class CommandRuns {

    static final String FAILED = "BuildCommand.Failed";

    /** A file in the scratch space on its way into the image. */
    static final String COPIED = "copied";

    private final EngineSettings settings;
    private final BuildRequest request;
    private final Scratch scratch;
    private final CommandPlace inImage;
    private final BuildState state;
    private final Limits limits;
    private final Map<Integer, String> outputs = new HashMap<>();

    CommandRuns(
            EngineSettings settings, BuildRequest request, Scratch scratch, CommandPlace inImage, BuildState state) {
        this.settings = settings;
        this.request = request;
        this.scratch = scratch;
        this.inImage = inImage;
        this.state = state;
        this.limits = new Limits(settings, scratch);
    }

    /** Whether the command only sets something for later commands, so that it needs no process. */
    static boolean isDeclaration(BuildCommand command) {
        return command instanceof BuildCommand.Env
                || command instanceof BuildCommand.Label
                || command instanceof BuildCommand.Cmd
                || command instanceof BuildCommand.Entrypoint
                || command instanceof BuildCommand.Restart
                || (command instanceof BuildCommand.User user && isRoot(user));
    }

    /** Whether the command has a result that a later attempt would have to produce again or take from the journal. */
    static boolean hasResult(BuildCommand command) {
        return !isDeclaration(command) && !(command instanceof BuildCommand.User);
    }

    /** Whether the command may change files of the image. */
    static boolean writes(BuildCommand command) {
        return hasResult(command) && !(command instanceof BuildCommand.ToBucket);
    }

    private static boolean isRoot(BuildCommand.User user) {
        return user.name().equals("0") || user.name().equals("root");
    }

    /**
     * Everything but the image's files that the result of the command depends on; empty when that cannot be known
     * beforehand or the command has an effect outside the image.
     */
    Optional<Fingerprint> inputs(BuildCommand command, String step) throws BuildFailedException, IOException {
        var inputs = new Fingerprint().add(command.getClass().getSimpleName());
        state.tell(inputs);
        if (command instanceof BuildCommand.Run run) {
            return Optional.of(inputs.add(run.script()));
        } else if (command instanceof BuildCommand.Script script) {
            inputs.add(valueOf(script.user())).add(valueOf(script.directory())).add(script.script());
            inputs.add(script.variables().keySet());
            script.variables().values().forEach(value -> inputs.add(valueOf(value)));
            return Optional.of(inputs.add(Boolean.toString(script.captured())));
        } else if (command instanceof BuildCommand.Workdir workdir) {
            return Optional.of(inputs.add(workdir.path()));
        } else if (command instanceof BuildCommand.User user) {
            return Optional.of(inputs.add(user.name()));
        } else if (command instanceof BuildCommand.Copy copy && !copy.fromUrl()) {
            var file = scratch.directory().resolve(COPIED);
            int mode = fromContext(copy, file, step);
            inputs.add(copy.source()).add(copy.directory()).add(Integer.toOctalString(mode));
            inputs.add(Digest.of(file).value());
            Files.delete(file);
            return Optional.of(inputs);
        }
        return Optional.empty();
    }

    /** Makes the output of a step available to later steps. */
    void remember(int number, String stdout) {
        outputs.put(number, stdout);
    }

    /** Runs the command; returns its output if later commands use it. */
    Optional<String> execute(BuildCommand command, String step)
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
        } else if (command instanceof BuildCommand.User user && !isRoot(user)) {
            checkUser(user.name(), step);
        } else if (command instanceof BuildCommand.Component) {
            throw new IllegalArgumentException(step + " was not replaced by its component's commands");
        }
        declare(command, step);
        return captured.isPresent() ? Optional.of(withoutSecrets(captured.get().text(step), step)) : Optional.empty();
    }

    /** Output that later tasks use is stored in the database, where no secret may be. */
    private String withoutSecrets(String stdout, String step) throws BuildFailedException {
        if (Secrets.of(request.parameters().secrets()).areIn(stdout)) {
            throw new BuildFailedException(
                    FAILED,
                    step + ": prints a secret parameter, and later tasks use what it prints; let them take it from"
                            + " their environment");
        }
        return stdout;
    }

    static boolean isCaptured(BuildCommand command) {
        return command instanceof BuildCommand.Script script && script.captured();
    }

    private void run(BuildCommand.Script script, Optional<CapturedOutput> captured, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var user = valueOf(script.user());
        if (!user.isEmpty() && !BuildState.USER.matcher(user).matches()) {
            throw new BuildFailedException(FAILED, step + ": \"" + shortened(user) + "\" is not the name of one user");
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
        new BucketTasks(request, limits).fetch(place, scratch.directory().resolve(COPIED), step);
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
        new BucketTasks(request, limits).store(place(upload.object()), file, step);
        Files.deleteIfExists(file);
    }

    private BucketTasks.Place place(BuildCommand.BucketObject object) {
        return new BucketTasks.Place(valueOf(object.bucket()), valueOf(object.object()), valueOf(object.region()));
    }

    /** Applies what a command sets for later commands and the image, without running anything. */
    void declare(BuildCommand command, String step) throws BuildFailedException {
        if (command instanceof BuildCommand.Env env) {
            state.environment(env.variables());
        } else if (command instanceof BuildCommand.Workdir workdir) {
            state.directory(inImagePath(workdir.path(), step));
        } else if (command instanceof BuildCommand.User user) {
            state.user(isRoot(user) ? "" : user.name());
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
                .orElseThrow(() -> new BuildFailedException(
                        FAILED,
                        step + ": \"" + shortened(path) + "\" leaves the image by \"..\" from " + shortened(directory)
                                + "; use a path within it"));
    }

    void makeDirectory(String path, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        // The current directory may have been removed, and then nothing could be started in it.
        var before = state.directory();
        state.directory("/");
        inImage.run(state, List.of("mkdir", "-p", "--", path), step);
        state.directory(before);
    }

    /** Removes the machine-specific parts that the request names. */
    void prepareSystem() throws BuildFailedException, IOException, InterruptedException {
        var line = new ArrayList<>(List.of("sh", "-c", SandboxCommands.SYSPREP, "kiln"));
        request.sysprep().stream().sorted().map(Sysprep::word).forEach(line::add);
        state.directory("/");
        try {
            inImage.run(state, line, "sysprep");
        } catch (Stopped e) {
            throw new BuildFailedException(e.reason().code(), "sysprep: " + e.getMessage());
        }
    }

    private void checkUser(String name, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var known = "/run/kiln/busybox awk -F: -v wanted=\"$1\" '$1 == wanted ||"
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

    /** Puts the fetched file into a directory of the image. */
    private void put(String name, String directory, int mode, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var file = scratch.directory().resolve(COPIED);
        var line = List.of("sh", "-c", SandboxCommands.COPY, "kiln", directory, name, Integer.toOctalString(mode));
        inImage.run(state, line, out -> Files.copy(file, out), step);
        Files.deleteIfExists(file);
    }

    /** Fetches the file and returns its mode. */
    private int fetch(String url, Duration time, String step)
            throws BuildFailedException, IOException, InterruptedException {
        if (!request.network()) {
            throw new BuildFailedException(
                    FAILED, step + ": a URL needs the network; set InternetMaxBandwidthOut of the template above 0");
        }
        new UrlDownload(settings, limits).fetch(url, scratch.directory().resolve(COPIED), time);
        return 0644;
    }

    private int fromContext(BuildCommand.Copy copy, Path file, String step) throws BuildFailedException, IOException {
        var context = request.context()
                .orElseThrow(() -> new BuildFailedException(
                        FAILED,
                        step + ": the template has no context; send it a directory with that file"
                                + " (./kiln template context, or PUT /api/v1/templates/ID/context)"));
        return new ContextFile(context, limits)
                .take(copy.source(), file, request.diskBytes())
                .orElseThrow(() -> new BuildFailedException(
                        FAILED, step + ": the template's context has no file \"" + copy.source() + "\""));
    }

    /**
     * The message for a failed command.
     *
     * @param hint the possible reason, or nothing
     */
    static String ended(String step, int status, String hint, String lastLines) {
        // The shell's exit code for a killed process.
        var signal = status > 128 && status < 160 ? " (killed by signal " + (status - 128) + ")" : "";
        return step + " ended with exit code " + status + signal + hint
                + (lastLines.isBlank() ? "" : "; last lines:\n" + lastLines);
    }

    static String shortened(String text) {
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }
}
