package dev.kiln.template;

import java.util.List;
import java.util.Map;

/** One command of a BuildContent or TestContent, after parsing; {@link #text()} is what people see in the log. */
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
}
