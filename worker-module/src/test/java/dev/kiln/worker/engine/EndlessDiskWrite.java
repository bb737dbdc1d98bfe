package dev.kiln.worker.engine;

import dev.kiln.worker.disk.FileSystemMount;
import dev.kiln.worker.disk.ToolRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Runs in a Java process that a test kills while a file system is mounted to be written to. */
public final class EndlessDiskWrite {

    private EndlessDiskWrite() {}

    public static void main(String[] arguments) throws Exception {
        var place = Path.of(arguments[0]);
        var options = "rw,nodev,nosuid,noexec,loop,offset=" + (5 << 20);
        var mount = new FileSystemMount(FileSystemMount.ROOT, arguments[2], options, arguments[1]);
        var mounted = new ToolRun.Mounted(mount, Files.createDirectory(place.resolve("mounted")), "/disk/root", true);
        var commands = new SandboxCommands(EngineSettings.in(place), false, SandboxCheck.busybox());
        var command = List.of("sh", "-c", "echo x > /disk/root/x && exec sleep " + arguments[3]);
        new SandboxTools(commands, () -> {}).run(new ToolRun(List.of(), Optional.of(mounted), false, command));
    }
}
