package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A build's own network (network.sh), as the command lines of its sandboxes make and use it. */
final class OwnNetwork {

    private static final Path RESOLVER = Path.of("/etc/resolv.conf");

    private static final String RUN = SandboxCommands.NETWORK + """
            set -eu
            cd "$1"
            shift
            own_network
            : > begun
            exec nsenter --net=net "$@"
            """;

    private OwnNetwork() {}

    /** Whether the build has its own network. */
    static boolean isOf(Scratch scratch) {
        return Files.exists(scratch.directory().resolve("rules"));
    }

    /** Writes the filter rules and the resolv.conf of the build's own network, if it has one. */
    static void prepare(Scratch scratch, EngineSettings settings, Reachable reachable) throws IOException {
        if (scratch.network() && settings.network() == EngineSettings.BuildNetwork.OWN) {
            Files.writeString(scratch.directory().resolve("rules"), reachable.rules());
            Files.write(scratch.directory().resolve("resolv.conf"), resolver(Files.readAllLines(RESOLVER)));
        }
    }

    /** The worker's resolv.conf with slirp4netns as the only nameserver. */
    private static List<String> resolver(List<String> workers) {
        return Stream.concat(
                        workers.stream().filter(line -> line.matches("(search|domain|options)\\s.*")),
                        Stream.of("nameserver " + Reachable.NAMES))
                .toList();
    }

    /** Why this worker cannot resolve names for its builds; empty if it can. */
    static Optional<String> lacksNames() {
        try {
            return Files.readAllLines(RESOLVER).stream().anyMatch(line -> line.matches("nameserver\\s+[0-9.]+\\s*"))
                    ? Optional.empty()
                    : Optional.of(
                            RESOLVER + " names no server with an IPv4 address, whom a build's own network could ask");
        } catch (IOException e) {
            return Optional.of("it may not read " + RESOLVER);
        }
    }

    /** The prefix of a command line that puts it into the network; empty where the build has no network of its own. */
    static List<String> around(Scratch scratch, String busybox) {
        return isOf(scratch)
                ? List.of(busybox, "sh", "-c", RUN, "kiln", scratch.directory().toString())
                : List.of();
    }

    /** Bubblewrap's arguments that bind the build's resolv.conf, or the worker's where the build has its network. */
    static List<String> resolver(Scratch scratch) {
        if (!scratch.network()) {
            return List.of();
        }
        return isOf(scratch)
                ? List.of(
                        "--ro-bind", scratch.directory().resolve("resolv.conf").toString(), RESOLVER.toString())
                : List.of("--ro-bind-try", RESOLVER.toString(), RESOLVER.toString());
    }
}
