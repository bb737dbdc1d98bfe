package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** A build's own network, as the command lines of its sandboxes make and use it: network.sh. */
final class OwnNetwork {

    private static final String RUN = SandboxCommands.NETWORK + """
            set -eu
            busybox=$1
            cd "$2"
            shift 2
            own_network "$busybox"
            exec nsenter --net=net "$@"
            """;

    private OwnNetwork() {}

    /** Whether the build has one. */
    static boolean isOf(Scratch scratch) {
        return Files.exists(scratch.directory().resolve("routes"));
    }

    /** Leaves word where the build's way leads, if it has a network of its own. */
    static void prepare(Scratch scratch, EngineSettings settings) throws IOException {
        if (scratch.network() && settings.network() == EngineSettings.BuildNetwork.OWN) {
            Files.writeString(scratch.directory().resolve("routes"), new Reachable(settings).routes());
        }
    }

    /** What stands before a command line so that it has the network; nothing where the build has none of its own. */
    static List<String> around(Scratch scratch, String busybox) {
        return isOf(scratch)
                ? List.of(
                        busybox,
                        "sh",
                        "-c",
                        RUN,
                        "kiln",
                        busybox,
                        scratch.directory().toString())
                : List.of();
    }

    /** Bubblewrap's arguments for what tells programs who knows the names of hosts. */
    static List<String> resolver(Scratch scratch) {
        if (!scratch.network()) {
            return List.of();
        }
        return isOf(scratch)
                ? List.of(
                        "--ro-bind", scratch.directory().resolve("resolv.conf").toString(), "/etc/resolv.conf")
                : List.of("--ro-bind-try", "/etc/resolv.conf", "/etc/resolv.conf");
    }
}
