package dev.kiln.standalone;

import dev.kiln.cli.AccessKey;
import dev.kiln.cli.Arguments;
import dev.kiln.cli.Surroundings;
import dev.kiln.cli.UsageException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code ./kiln up}: a whole Kiln in the foreground, whose directory survives restarts. */
public final class Up {

    private static final String HELP = """
            up [--port P] [--data DIR] [--workers N] [--host ADDRESS]

            --port P        port of the API, default 8080
            --data DIR      where everything is kept, default ./data (or KILN_DATA)
            --workers N     worker processes, 1 to 16, default 1
            --host ADDRESS  address that the API listens on, default 127.0.0.1

            KILN_ACCESS_KEY_ID,
            KILN_ACCESS_KEY_SECRET  the root account's key; without them one is made and kept in DIR/root-key
            """;

    private final KilnSettings settings;
    private final Path directory;
    private final Console console;
    private final AtomicBoolean failed = new AtomicBoolean();
    private final AtomicBoolean stopping = new AtomicBoolean();

    private Up(KilnSettings settings, Path directory, Console console) {
        this.settings = settings;
        this.directory = directory;
        this.console = console;
    }

    public static void main(String[] words) {
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        var console = new Console(out);
        try {
            var arguments = Arguments.parse(List.of(words), Set.of("port", "data", "workers", "host"), Set.of("help"));
            if (arguments.has("help")) {
                out.print(HELP);
                return;
            }
            if (!arguments.words().isEmpty()) {
                throw new UsageException(arguments.words().get(0) + " is not known here");
            }
            var environment = System.getenv();
            var directory = Path.of(arguments.option("data").orElse(environment.getOrDefault("KILN_DATA", "data")));
            new Up(settings(arguments, environment), directory, console).run();
        } catch (UsageException e) {
            System.err.println("kiln: " + e.getMessage() + " (./kiln up --help)");
            System.exit(2);
        } catch (Exception e) {
            System.err.println("kiln: " + Console.reason(e));
            System.exit(1);
        }
    }

    static KilnSettings settings(Arguments arguments, Map<String, String> environment) throws UsageException {
        return new KilnSettings(
                arguments.option("host").orElse("127.0.0.1"),
                arguments.number("port", 8080, 1, 65535),
                arguments.number("workers", 1, 1, 16),
                true,
                rootKey(environment));
    }

    private static Optional<AccessKey> rootKey(Map<String, String> environment) throws UsageException {
        var id = environment.getOrDefault(Surroundings.KEY_ID, "");
        var secret = environment.getOrDefault(Surroundings.KEY_SECRET, "");
        if (id.isEmpty() != secret.isEmpty()) {
            throw new UsageException(
                    "set both of " + Surroundings.KEY_ID + " and " + Surroundings.KEY_SECRET + ", or neither");
        }
        return id.isEmpty() ? Optional.empty() : Optional.of(new AccessKey(id, secret));
    }

    private void run() throws Exception {
        Logs.into(directory);
        Logs.inFormat(System.getenv().getOrDefault(Logs.FORMAT, ""));
        console.say("Starting Kiln in " + directory.toAbsolutePath().normalize());
        var kiln = new Kiln(settings, directory, console);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(kiln), "stop"));
        if (kiln.madeRootKey()) {
            showRootKey(kiln);
        }
        try {
            kiln.start();
        } catch (Exception e) {
            failed.set(true);
            throw e;
        }
        if (!stopping.get()) {
            console.say("Kiln is ready: " + settings.url());
            if (kiln.madeRootKey()) {
                console.say("  Sign in there with the key, or type in a second terminal here: " + firstCommand());
            }
        }
        new CountDownLatch(1).await();
    }

    private void showRootKey(Kiln kiln) {
        console.say("  The root account's key, made now and kept in " + kiln.rootKeyFile() + ":");
        console.say("    " + Surroundings.KEY_ID + "=" + kiln.rootKey().id());
        console.say("    " + Surroundings.KEY_SECRET + "=" + kiln.rootKey().secret());
    }

    /** A command of the client, with what it would not find by itself. */
    private String firstCommand() {
        return (settings.url().equals("http://127.0.0.1:8080") ? "" : "KILN_ENDPOINT=" + settings.url() + " ")
                + (directory.normalize().equals(Path.of("data")) ? "" : "KILN_DATA=" + directory + " ")
                + "./kiln account create --name team";
    }

    /** Runs when the JVM is asked to end; an orderly stop is a success, whatever the signal was. */
    private void stop(Kiln kiln) {
        var begun = System.nanoTime();
        stopping.set(true);
        console.say("Stopping Kiln");
        kiln.close();
        console.say("Kiln has stopped  (" + Console.since(begun) + ")");
        if (!failed.get()) {
            Runtime.getRuntime().halt(0);
        }
    }
}
