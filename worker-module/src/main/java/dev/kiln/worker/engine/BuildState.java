package dev.kiln.worker.engine;

import dev.kiln.image.ImageMetadata;
import dev.kiln.parameter.RunParameter;
import dev.kiln.parameter.RunParameters;
import dev.kiln.template.ImagePath;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What earlier commands have set: environment, directory and user of the next command, and the image's metadata. */
final class BuildState {

    private static final int LONGEST_VALUE = 32 << 10;
    static final Pattern USER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}");
    private static final Pattern VARIABLE = Pattern.compile("\\\\\\$|\\$\\{([A-Za-z0-9_]+)}|\\$([A-Za-z0-9_]+)");

    /** The state of a root file system without metadata. */
    static final BuildState EMPTY = new BuildState(ImageMetadata.EMPTY, "/", RunParameters.NONE);

    private final Map<String, String> labels;
    private final Map<String, String> environment;
    private final RunParameters parameters;
    private final @Nullable String architecture;
    private String directory;
    private String user;
    private List<String> command;
    private List<String> entrypoint;

    private BuildState(ImageMetadata base, String directory, RunParameters parameters) {
        this.parameters = parameters;
        this.labels = new LinkedHashMap<>(base.labels());
        this.environment = new LinkedHashMap<>(base.environment());
        this.directory = directory;
        this.user = base.user();
        this.command = base.command();
        this.entrypoint = base.entrypoint();
        this.architecture = base.architecture();
    }

    private BuildState(BuildState other, Map<String, String> variables) {
        this.labels = other.labels;
        this.environment = new LinkedHashMap<>(other.environment);
        environment.putAll(variables);
        this.parameters = other.parameters;
        this.directory = "/";
        this.user = "";
        this.command = other.command;
        this.entrypoint = other.entrypoint;
        this.architecture = other.architecture;
    }

    /**
     * The state for a task of a component: this environment and these variables, but not the directory and the user.
     */
    BuildState forTask(Map<String, String> variables) {
        return new BuildState(this, variables);
    }

    /** The initial state: the base image's metadata and the run's parameters. */
    static BuildState of(BuildRequest request) throws BuildFailedException {
        var base = request.base().metadata();
        if (!base.user().isEmpty() && !USER.matcher(base.user()).matches()) {
            throw new BuildFailedException(
                    "BaseImage.Refused",
                    "the base image's user \"" + CommandRuns.shortened(base.user())
                            + "\" is not the name or number of one user; set one by USER in an" + " image of your own");
        }
        var directory = ImagePath.resolve("", base.workingDirectory())
                .orElseThrow(() -> new BuildFailedException(
                        "BaseImage.Refused",
                        "the base image's working directory \"" + CommandRuns.shortened(base.workingDirectory())
                                + "\" leaves the image"));
        return new BuildState(base, directory, request.parameters());
    }

    String directory() {
        return directory;
    }

    /** Name or number; empty for root. */
    String user() {
        return user;
    }

    void user(String name) {
        this.user = name;
    }

    void directory(String path) {
        this.directory = path;
    }

    void command(List<String> arguments) {
        this.command = arguments;
    }

    void entrypoint(List<String> arguments) {
        this.entrypoint = arguments;
    }

    void label(Map<String, String> more) {
        labels.putAll(more);
    }

    /** Sets variables, with $NAME and ${NAME} replaced by what they were before this command. */
    void environment(Map<String, String> more) throws BuildFailedException {
        var known = processEnvironment();
        known.putIfAbsent("HOME", "/root");
        known.putAll(parameters.environment());
        for (var variable : more.entrySet()) {
            refuseSecrets(variable);
            environment.put(variable.getKey(), expanded(variable, known));
        }
    }

    /** Checked piece by piece: a long value repeated a few thousand times would not fit into memory. */
    private static String expanded(Map.Entry<String, String> variable, Map<String, String> known)
            throws BuildFailedException {
        var value = new StringBuilder();
        var found = VARIABLE.matcher(variable.getValue());
        while (found.find()) {
            var name = found.group(1) == null ? found.group(2) : found.group(1);
            found.appendReplacement(value, "");
            value.append(name == null ? "$" : known.getOrDefault(name, ""));
            requireShort(variable.getKey(), value);
        }
        found.appendTail(value);
        requireShort(variable.getKey(), value);
        return value.toString();
    }

    private static void requireShort(String name, StringBuilder value) throws BuildFailedException {
        if (value.length() > LONGEST_VALUE) {
            throw new BuildFailedException(
                    "BuildCommand.Failed",
                    "ENV " + name + " grows to more than " + LONGEST_VALUE + " characters; shorten it");
        }
    }

    private void refuseSecrets(Map.Entry<String, String> variable) throws BuildFailedException {
        var used = VARIABLE.matcher(variable.getValue())
                .results()
                .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
                .flatMap(name -> parameters.find(String.valueOf(name)).stream())
                .filter(RunParameter::secret)
                .findFirst();
        if (used.isPresent()) {
            throw new BuildFailedException(
                    "BuildCommand.Failed",
                    "ENV " + variable.getKey() + " takes the secret parameter "
                            + used.get().name() + ", which would be in the image for whoever reads it; commands of RUN"
                            + " have it in their environment");
        }
    }

    /** Additional variables of the commands' environment, which take precedence over others of the same name. */
    RunParameters parameters() {
        return parameters;
    }

    /** The environment of commands, without the run's parameters, and without HOME where nobody has set it (run.sh). */
    Map<String, String> processEnvironment() {
        var all = new LinkedHashMap<String, String>();
        all.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        all.putAll(environment);
        return all;
    }

    /** Adds everything that a command can notice to the fingerprint. */
    void tell(Fingerprint fingerprint) {
        fingerprint.add(directory).add(user);
        var variables = processEnvironment();
        fingerprint.add(variables.keySet()).add(variables.values());
        if (!parameters.all().isEmpty()) {
            var more = parameters.environment();
            fingerprint.add("parameters").add(more.keySet()).add(more.values());
        }
    }

    ImageMetadata metadata() {
        return new ImageMetadata(
                Collections.unmodifiableMap(new LinkedHashMap<>(labels)),
                Collections.unmodifiableMap(new LinkedHashMap<>(environment)),
                directory.equals("/") ? "" : directory,
                user,
                command,
                entrypoint,
                null,
                architecture);
    }
}
