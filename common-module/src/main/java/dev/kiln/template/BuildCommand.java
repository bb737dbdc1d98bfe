package dev.kiln.template;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One command of a BuildContent or TestContent, after parsing, or one task of a component; {@link #text()} is what
 * people see in the log.
 */
public sealed interface BuildCommand {

    /** The command as written, continuation lines joined. */
    String text();

    /** A shell command that changes the image. */
    record Run(String text, String script) implements BuildCommand {}

    /** Environment variables of what follows and of the image. */
    record Env(String text, Map<String, String> variables) implements BuildCommand {}

    /** Working directory of what follows; a relative one continues the one before. */
    record Workdir(String text, String path) implements BuildCommand {}

    /** A file of the template's context, or a URL, put into a directory of the image. */
    record Copy(String text, String source, String directory) implements BuildCommand {

        /** Whether the source is fetched over HTTP and needs the network. */
        public boolean fromUrl() {
            return source.startsWith("http://") || source.startsWith("https://");
        }
    }

    /** User of what follows; must exist in the image. */
    record User(String text, String name) implements BuildCommand {}

    /** Labels in the image's metadata. */
    record Label(String text, Map<String, String> labels) implements BuildCommand {}

    /** What runs at system start, argument by argument. */
    record Cmd(String text, List<String> command) implements BuildCommand {}

    /** What runs at system start, argument by argument. */
    record Entrypoint(String text, List<String> entrypoint) implements BuildCommand {}

    /**
     * End of everything; nothing may follow. A root file system has no machine to reboot, so it only ends the build.
     */
    record Restart(String text) implements BuildCommand {}

    /**
     * A component, to be replaced by its commands before anything is built.
     *
     * @param line where it stands, from 1
     * @param arguments values of parameters, by their names
     */
    record Component(String text, int line, ComponentReference reference, Map<String, String> arguments)
            implements BuildCommand {

        /** The component cannot be used like this. */
        public BuildContentException refused(String code, String rule, String remedy) {
            return new SourceLine(line, "COMPONENT", text, "").refused(code, rule, remedy);
        }
    }

    /**
     * A shell script of a component. It begins in a directory and as a user of its own, whatever was set before; values
     * come to it in variables alone, so that none of them can become a command.
     *
     * @param user a name or number; empty for root
     * @param variables values by the names of the environment's variables
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

        /** The same, captured. */
        public Script capturing() {
            return new Script(text, script, directory, user, variables, true);
        }

        /** The same with values for all parameters, and outputs by the numbers of steps. */
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
     * An object of a bucket.
     *
     * @param region that the bucket has to be in; empty when the component does not say
     */
    record BucketObject(TaskText bucket, TaskText object, TaskText region) {

        BucketObject bound(Map<String, String> values, int stepsBefore) {
            return new BucketObject(
                    bucket.bound(values, stepsBefore),
                    object.bound(values, stepsBefore),
                    region.bound(values, stepsBefore));
        }
    }

    /** An object of a bucket, put into a directory of the image. */
    record FromBucket(String text, BucketObject object, TaskText directory) implements BuildCommand {

        /** The same with values for all parameters, and outputs by the numbers of steps. */
        public FromBucket bound(Map<String, String> values, int stepsBefore) {
            return new FromBucket(text, object.bound(values, stepsBefore), directory.bound(values, stepsBefore));
        }
    }

    /** A file of the image, written to a bucket. */
    record ToBucket(String text, BucketObject object, TaskText file) implements BuildCommand {

        /** The same with values for all parameters, and outputs by the numbers of steps. */
        public ToBucket bound(Map<String, String> values, int stepsBefore) {
            return new ToBucket(text, object.bound(values, stepsBefore), file.bound(values, stepsBefore));
        }
    }

    /**
     * A file from a URL, put into a directory of the image.
     *
     * @param seconds how long it may take
     */
    record Download(String text, TaskText url, TaskText directory, int seconds) implements BuildCommand {

        /** The same with values for all parameters, and outputs by the numbers of steps. */
        public Download bound(Map<String, String> values, int stepsBefore) {
            return new Download(text, url.bound(values, stepsBefore), directory.bound(values, stepsBefore), seconds);
        }
    }
}
