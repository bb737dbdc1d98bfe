package dev.kiln.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** {@code ./kiln template context}: the files that a template's COPY may name. */
final class ContextCommands {

    private final Session session;
    private final TemplateCommands templates;

    ContextCommands(Session session, TemplateCommands templates) {
        this.session = session;
        this.templates = templates;
    }

    List<Command> all() {
        return List.of(new Command(
                "template context",
                List.of("TEMPLATE", "DIRECTORY"),
                List.of(Option.REGION, Option.OUTPUT),
                "send the files that COPY may name, a directory or a tar archive, in place of those before",
                this::send));
    }

    private int send(Arguments arguments) throws UsageException, IOException {
        var given = Path.of(arguments.words().get(1));
        var json = Session.json(arguments);
        if (!Files.isDirectory(given)) {
            return send(arguments, GivenFile.of(given.toString()), json);
        }
        var archive = Files.createTempFile("kiln-context-", ".tar");
        try {
            pack(given, archive);
            return send(arguments, archive, json);
        } finally {
            Files.delete(archive);
        }
    }

    private int send(Arguments arguments, Path archive, boolean json) throws UsageException, IOException {
        var path = templates.path(arguments) + "/context";
        var body = RequestBody.file(archive).telling(Progress.on(session.terminal(), "Sending the context"));
        var answer = session.client().rest("PUT", path, Map.of(), body);
        if (json) {
            session.print(answer);
        } else {
            session.terminal().out().println(answer.path("digest").asString());
        }
        return ExitStatus.DONE;
    }

    /** Packs with the system's own tar, which knows every kind of file. */
    private static void pack(Path directory, Path archive) throws IOException {
        var tar = new ProcessBuilder("tar", "-c", "-f", archive.toString(), "-C", directory.toString(), ".")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            if (tar.waitFor() != 0) {
                throw new IOException("tar could not pack " + directory + " (status " + tar.exitValue() + ")");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
