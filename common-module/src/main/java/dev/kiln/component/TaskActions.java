package dev.kiln.component;

import static dev.kiln.component.TaskReader.checkKeys;
import static dev.kiln.component.TaskReader.optional;
import static dev.kiln.component.TaskReader.text;

import dev.kiln.bucket.ObjectName;
import dev.kiln.component.YamlValue.Mapping;
import dev.kiln.component.YamlValue.Scalar;
import dev.kiln.template.BuildCommand;
import dev.kiln.template.BuildContentException;
import dev.kiln.template.ImagePath;
import dev.kiln.template.SourceUrl;
import dev.kiln.template.TaskText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Turns tasks into commands, in order. */
final class TaskActions {

    private static final Pattern USER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}");
    private static final Pattern SECONDS = Pattern.compile("[1-9][0-9]{0,4}");

    private final References references;
    private final String label;
    private final List<BuildCommand> commands = new ArrayList<>();

    TaskActions(References references, String label) {
        this.references = references;
        this.label = label;
    }

    /** All commands read; those whose output is used are marked as captured. */
    List<BuildCommand> commands() {
        references.usedOutputs().forEach(number -> {
            var script = (BuildCommand.Script) commands.get(number - 1);
            commands.set(number - 1, script.capturing());
        });
        return List.copyOf(commands);
    }

    void read(String name, Mapping task) throws BuildContentException {
        var action = text(task, "Action", "task " + name);
        var what = action.text() + " of task " + name;
        var shown = label + " " + name + ": " + action.text();
        var given = task.entries().get("Properties");
        var properties = given == null ? new Mapping(task.line(), Map.of()) : TaskReader.mapping(given, "Properties");
        switch (action.text()) {
            case "RunShellCommand" -> commands.add(script(shown, properties, what));
            case "WebDownload" -> commands.add(download(shown, properties, what));
            case "Reboot" -> commands.add(reboot(shown, properties, what));
            case "OSSDownload" -> commands.add(fromBucket(shown, properties, what));
            case "OSSUpload" -> commands.add(toBucket(shown, properties, what));
            case "RunPowerShellCommand" -> throw notSupported(action, "images are Linux", "use RunShellCommand");
            case "InvokeCommand" ->
                throw notSupported(action, "there are no stored commands", "write it as a RunShellCommand");
            default ->
                throw notSupported(
                        action,
                        "no action has this name",
                        "use RunShellCommand, WebDownload, OSSDownload, OSSUpload or Reboot");
        }
        references.taskIsRead(action.text().equals("RunShellCommand"));
    }

    private BuildCommand script(String shown, Mapping properties, String what) throws BuildContentException {
        checkKeys(properties, what, Set.of("commandContent", "workingDir", "username"));
        var content = text(properties, "commandContent", what);
        if (content.text().isBlank()) {
            throw YamlReader.refused(content.line(), "commandContent of " + what + " says nothing", "write commands");
        }
        var script = ShellScript.parse(content, references);
        return new BuildCommand.Script(
                shown,
                script.script(),
                directory(properties, "workingDir", what),
                user(properties, what),
                script.variables(),
                false);
    }

    private TaskText user(Mapping properties, String what) throws BuildContentException {
        var given = optional(properties, "username", what);
        if (given.isEmpty()) {
            return TaskText.of("");
        }
        var user = references.text(given.get());
        if (user.isLiteral() && !USER.matcher(literal(user)).matches()) {
            throw YamlReader.refused(
                    given.get().line(),
                    "username \"" + YamlReader.shown(given.get().text()) + "\" is not the name or number of one user",
                    "use a name of the image's /etc/passwd");
        }
        return user;
    }

    private TaskText directory(Mapping properties, String key, String what) throws BuildContentException {
        var given = optional(properties, key, what);
        if (given.isEmpty()) {
            return TaskText.of("/");
        }
        var directory = references.text(given.get());
        if (directory.isLiteral() && ImagePath.resolve("/", literal(directory)).isEmpty()) {
            throw YamlReader.refused(
                    given.get().line(), key + " leaves the image by \"..\"", "use a directory within the image");
        }
        return directory;
    }

    private BuildCommand download(String shown, Mapping properties, String what) throws BuildContentException {
        var token = properties.entries().get("tokenInfo");
        if (token != null) {
            throw YamlReader.refused(
                    "InvalidImageTemplateCommand.NotSupported",
                    token.line(),
                    "tokenInfo would keep a secret in plain text",
                    "serve the file without one, or COPY it from the template's context");
        }
        checkKeys(properties, what, Set.of("sourcePath", "destinationDir", "timeout"));
        var source = text(properties, "sourcePath", what);
        var url = references.text(source);
        if (url.isLiteral()) {
            var fault = SourceUrl.fault(literal(url));
            if (fault.isPresent()) {
                throw YamlReader.refused(
                        source.line(),
                        "sourcePath \"" + YamlReader.shown(source.text()) + "\" "
                                + fault.get().rule(),
                        fault.get().remedy());
            }
        }
        text(properties, "destinationDir", what);
        return new BuildCommand.Download(
                shown, url, directory(properties, "destinationDir", what), seconds(properties, "timeout", what));
    }

    private BuildCommand fromBucket(String shown, Mapping properties, String what) throws BuildContentException {
        var object = bucketObject(properties, what, "destinationDir");
        text(properties, "destinationDir", what);
        return new BuildCommand.FromBucket(shown, object, directory(properties, "destinationDir", what));
    }

    private BuildCommand toBucket(String shown, Mapping properties, String what) throws BuildContentException {
        var object = bucketObject(properties, what, "fileToUpload");
        text(properties, "fileToUpload", what);
        return new BuildCommand.ToBucket(shown, object, directory(properties, "fileToUpload", what));
    }

    // validTime is the lifetime of the vendor's signed URL; there is none here.
    private BuildCommand.BucketObject bucketObject(Mapping properties, String what, String place)
            throws BuildContentException {
        checkKeys(properties, what, Set.of("bucketName", "objectName", "ossRegion", "validTime", place));
        seconds(properties, "validTime", what);
        var object = references.text(text(properties, "objectName", what));
        if (object.isLiteral() && ObjectName.of(literal(object)).isEmpty()) {
            var given = text(properties, "objectName", what);
            throw YamlReader.refused(
                    given.line(),
                    "objectName \"" + YamlReader.shown(given.text()) + "\" is not a valid object name",
                    "write a path without empty parts, \".\" and \"..\"");
        }
        var region = optional(properties, "ossRegion", what);
        return new BuildCommand.BucketObject(
                references.text(text(properties, "bucketName", what)),
                object,
                region.isPresent() ? references.text(region.get()) : TaskText.of(""));
    }

    private static int seconds(Mapping properties, String key, String what) throws BuildContentException {
        var given = optional(properties, key, what);
        if (given.isPresent() && !SECONDS.matcher(given.get().text()).matches()) {
            throw YamlReader.refused(
                    given.get().line(),
                    key + " \"" + YamlReader.shown(given.get().text()) + "\" is not a number of seconds",
                    "write 1 to 99999");
        }
        return given.map(Scalar::text).map(Integer::parseInt).orElse(600);
    }

    private static BuildCommand reboot(String shown, Mapping properties, String what) throws BuildContentException {
        checkKeys(properties, what, Set.of("forceStop"));
        var force = optional(properties, "forceStop", what);
        if (force.isPresent()
                && !ComponentParameter.Type.BOOLEAN.accepts(force.get().text())) {
            throw YamlReader.refused(force.get().line(), "forceStop is neither true nor false", "write one of them");
        }
        return new BuildCommand.Restart(shown);
    }

    private static String literal(TaskText text) {
        return text.with(step -> "");
    }

    private static BuildContentException notSupported(Scalar action, String rule, String remedy) {
        return YamlReader.refused(
                "InvalidImageTemplateCommand.NotSupported",
                action.line(),
                "Action " + YamlReader.shown(action.text()) + " is not supported: " + rule,
                remedy);
    }
}
