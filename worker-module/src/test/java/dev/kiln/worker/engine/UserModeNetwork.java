package dev.kiln.worker.engine;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A build with a network; as a program, one of an ordinary user: a directory, a command, and what else it may reach.
 */
public final class UserModeNetwork {

    private UserModeNetwork() {}

    public static void main(String[] arguments) throws Exception {
        var allowed = Arrays.copyOfRange(arguments, 2, arguments.length);
        var settings =
                TestSettings.of(Path.of(arguments[0])).privateNetworks(allowed).build();
        System.out.write(run(settings, List.of(arguments[1], "echo done")).getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }

    /** What the commands print. */
    static String run(EngineSettings settings, List<String> commands) throws Exception {
        var output = new RecordedOutput();
        var content = commands.stream().map(command -> "RUN " + command).collect(Collectors.joining("\n"));
        var request = new BuildRequest(
                "exec-network",
                BusyboxBase.image(),
                BuildEngineContract.commands(content),
                Optional.empty(),
                true,
                64 << 20);
        var engine = new SandboxBuildEngine(settings);
        engine.test(request, output);
        engine.discard("exec-network");
        return output.text();
    }
}
