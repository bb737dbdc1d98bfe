package dev.kiln.template;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A parsed command of a BuildContent or TestContent, or a task of a component; {@link #text()} is its form in the log.
 */
public sealed interface BuildCommand {

    /** The command as written, continuation lines joined. */
    String text();

    /** A shell command that changes the image. */
    record Run(String text, String script) implements BuildCommand {}

    /** Environment variables for later commands and for the image. */
    record Env(String text, Map<String, String> variables) implements BuildCommand {}

    /** Working directory for later commands; a relative path continues the one before. */
    record Workdir(String text, String path) implements BuildCommand {}

    /** Copies a file of the template's context, or from a URL, to a directory of the image. */
    record Copy(String text, String source, String directory) implements BuildCommand {

        /** Whether the source is fetched over HTTP and needs the network. */
        public boolean fromUrl() {
            return source.startsWith("http://") || source.startsWith("https://");
        }
    }

    /** User for later commands; must exist in the image. */
    record User(String text, String name) implements BuildCommand {}

    /** Labels in the image's metadata. */
    record Label(String text, Map<String, String> labels) implements BuildCommand {}

    /** The command to run at system start, argument by argument. */
    record Cmd(String text, List<String> command) implements BuildCommand {}

    /** The program to run at system start, argument by argument. */
    record Entrypoint(String text, List<String> entrypoint) implements BuildCommand {}

    /** The last command: nothing may follow. A root file system has no machine to reboot, so it only ends the build. */
    record Restart(String text) implements BuildCommand {}

    /**
     * A reference to a component, replaced by the component's commands before a build.
     *
     * @param line its line, from 1
     * @param arguments values of parameters, by name
     */
    record Component(String text, int line, ComponentReference reference, Map<String, String> arguments)
            implements BuildCommand {

        /** The refusal when the component cannot be used like this. */
        public BuildContentException refused(String code, String rule, String remedy) {
            return new SourceLine(line, "COMPONENT", text, "").refused(code, rule, remedy);
        }
    }

    /**
     * A shell script of a component. It starts in its own directory and as its own user, whatever was set before; it
     * receives values only in variables, so that no value can become a command.
     *
     * @param user a name or number; empty for root
     * @param variables values by the names of environment variables
     * @param captured whether later tasks use what it prints to standard output
     */
    record Script(
            String text,
            String script,
            TaskText directory,
            TaskText user,
            Map<String, TaskText> variables,
            boolean captured)
            implements BuildCommand {

        /** This script with its output captured. */
        public Script capturing() {
            return new Script(text, script, directory, user, variables, true);
        }

        /** This script with values for all parameters, and outputs numbered by step. */
        public Script bound(Map<String, String> values, int stepsBefore) {
            var bound = new LinkedHashMap<String, TaskText>();
            variables.forEach((name, value) -> bound.put(name, value.bound(values, stepsBefore)));
            return new Script(
                    text,
                    script,
                    directory.bound(values, stepsBefore),
                    user.bound(values, stepsBefore),
                    Collections.unmodifiableMap(bound),
                    captured);
        }
    }

    /**
     * An object in a bucket.
     *
     * @param region required region of the bucket; empty when the component names none
     */
    record BucketObject(TaskText bucket, TaskText object, TaskText region) {

        BucketObject bound(Map<String, String> values, int stepsBefore) {
            return new BucketObject(
                    bucket.bound(values, stepsBefore),
                    object.bound(values, stepsBefore),
                    region.bound(values, stepsBefore));
        }
    }

    /** Copies an object of a bucket to a directory of the image. */
    record FromBucket(String text, BucketObject object, TaskText directory) implements BuildCommand {

        /** This command with values for all parameters, and outputs numbered by step. */
        public FromBucket bound(Map<String, String> values, int stepsBefore) {
            return new FromBucket(text, object.bound(values, stepsBefore), directory.bound(values, stepsBefore));
        }
    }

    /** Copies a file of the image to a bucket. */
    record ToBucket(String text, BucketObject object, TaskText file) implements BuildCommand {

        /** This command with values for all parameters, and outputs numbered by step. */
        public ToBucket bound(Map<String, String> values, int stepsBefore) {
            return new ToBucket(text, object.bound(values, stepsBefore), file.bound(values, stepsBefore));
        }
    }

    /**
     * Downloads a file from a URL to a directory of the image.
     *
     * @param seconds time limit
     */
    record Download(String text, TaskText url, TaskText directory, int seconds) implements BuildCommand {

        /** This command with values for all parameters, and outputs numbered by step. */
        public Download bound(Map<String, String> values, int stepsBefore) {
            return new Download(text, url.bound(values, stepsBefore), directory.bound(values, stepsBefore), seconds);
        }
    }
}
