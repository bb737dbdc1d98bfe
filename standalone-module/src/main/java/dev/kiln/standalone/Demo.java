package dev.kiln.standalone;

import dev.kiln.cli.Arguments;
import dev.kiln.cli.Surroundings;
import dev.kiln.cli.UsageException;
import dev.kiln.embedded.FreePort;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code ./kiln demo}: a whole Kiln in its own directory, one golden image, and the proof. */
public final class Demo {

    private static final String HELP = """
            demo [--keep]            starts a whole Kiln and shows it
            demo --endpoint URL      shows one that runs already, for example by docker compose

            --keep   leaves the demo's directory where it is, to be looked at, or gone on with by ./kiln up

            The key for a server that runs already is the root account's: KILN_ACCESS_KEY_ID, KILN_ACCESS_KEY_SECRET.
            """;

    private final boolean keep;
    private final Console console;

    private Demo(boolean keep, Console console) {
        this.keep = keep;
        this.console = console;
    }

    public static void main(String[] words) {
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        try {
            var arguments = Arguments.parse(List.of(words), Set.of("endpoint"), Set.of("keep", "help"));
            if (arguments.has("help")) {
                out.print(HELP);
                return;
            }
            if (!arguments.words().isEmpty()) {
                throw new UsageException(arguments.words().get(0) + " is not known here");
            }
            var endpoint = arguments.option("endpoint");
            System.exit(
                    endpoint.isPresent()
                            ? tellOf(URI.create(endpoint.get()), new Console(out))
                            : new Demo(arguments.has("keep"), new Console(out)).run());
        } catch (UsageException e) {
            System.err.println("kiln: " + e.getMessage() + " (./kiln demo --help)");
            System.exit(2);
        } catch (IOException e) {
            System.err.println("kiln: " + Console.reason(e));
            System.exit(1);
        }
    }

    private static int tellOf(URI endpoint, Console console) throws IOException {
        var begun = System.nanoTime();
        var directory = Files.createTempDirectory("kiln-demo-");
        Logs.into(directory);
        try {
            new DemoStory(endpoint, new Surroundings(System.getenv(), Path.of("")).key(), directory, console).tell();
            console.say("All of it is true.  (" + Console.since(begun) + ")");
            return 0;
        } catch (Exception e) {
            console.say("  ✗ " + Console.reason(e));
            return 1;
        } finally {
            remove(directory, console);
        }
    }

    private int run() throws IOException {
        var begun = System.nanoTime();
        var directory = Files.createTempDirectory("kiln-demo-");
        Logs.into(data(directory));
        var settings = new KilnSettings("127.0.0.1", FreePort.any(), 1, false, Optional.empty());
        console.say("Start  (in " + directory + ")");
        var kiln = new Kiln(settings, data(directory), console);
        var end = new Thread(() -> end(kiln, directory), "end");
        Runtime.getRuntime().addShutdownHook(end);
        try {
            kiln.start();
            new DemoStory(URI.create(settings.url()), kiln.rootKey(), directory, console).tell();
            console.say("All of it is true.  (" + Console.since(begun) + ")");
            return 0;
        } catch (Exception e) {
            console.say("  ✗ " + Console.reason(e));
            showEndOfLogs(data(directory).resolve("logs"));
            return 1;
        }
    }

    /** What {@code ./kiln up} takes: the files of the story lie beside it. */
    private static Path data(Path directory) {
        return directory.resolve("data");
    }

    private void end(Kiln kiln, Path directory) {
        kiln.close();
        if (keep) {
            console.say("Kept in " + directory + "; go on with: ./kiln up --data " + data(directory));
            return;
        }
        remove(directory, console);
    }

    private static void remove(Path directory, Console console) {
        try (var paths = Files.walk(directory)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            console.say("  ! " + directory + " could not be removed: " + e.getMessage());
        }
    }

    /** Shows the end of the logs, which may explain a failure and are removed with the directory. */
    private void showEndOfLogs(Path logs) throws IOException {
        for (var name : List.of("api.log", "worker-1.log")) {
            var log = logs.resolve(name);
            if (Files.exists(log)) {
                var lines = Files.readAllLines(log);
                console.say("The end of " + name + ":");
                lines.subList(Math.max(0, lines.size() - 20), lines.size()).forEach(console::say);
            }
        }
    }
}
