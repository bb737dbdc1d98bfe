package dev.kiln.worker.engine;

import dev.kiln.worker.disk.ToolRun;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line of a tool on a disk. A file system is mounted before the tool's sandbox is made; or, where the
 * kernel may not mount it, a program in the sandbox reads it and shows it by FUSE.
 *
 * @param time the tool's time limit
 */
record ToolLine(SandboxCommands commands, Duration time) {

    /** Address space: QEMU reserves much of it for threads that it hardly uses. */
    private static final long MEMORY = 8L << 30;

    /** Mounts $3 on $4 and becomes the command line that follows. */
    private static final String MOUNT = "mount -t \"$1\" -o \"$2\" \"$3\" \"$4\" || exit 123; shift 4; exec \"$@\"";

    /** Like {@link #MOUNT}, for a file system that is written to. */
    private static final String CHANGE = SandboxCommands.script("change.sh");

    private static final String SHOW = SandboxCommands.script("show.sh");

    private static final String SHOWN = "/disk/shown";

    private static final List<String> FOR_OWNERS =
            List.of("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "SETFCAP", "MKNOD");

    List<String> of(ToolRun tool) throws IOException {
        var line = commands.tool();
        line.addAll(List.of("prlimit", "--core=0", "--as=" + MEMORY, "--cpu=" + time.toSeconds(), "--"));
        // Wall-clock time: a hanging FUSE server uses no processor time.
        line.addAll(List.of("timeout", "--signal=KILL", Long.toString(time.toSeconds())));
        var capabilities = new ArrayList<>(List.of("DAC_READ_SEARCH"));
        var bound = new ArrayList<String>();
        for (var file : tool.files()) {
            bind(bound, file.writable(), file.from().toString(), file.to());
        }
        var command = new ArrayList<>(tool.command());
        tool.mounted().ifPresent(mounted -> {
            if (mounted.mount().isFuse()) {
                show(mounted, bound, command);
                capabilities.add("SYS_ADMIN");
            } else {
                mount(mounted, line, bound);
            }
            if (mounted.writable() || tool.files().stream().anyMatch(ToolRun.Bound::writable)) {
                capabilities.addAll(FOR_OWNERS);
            }
        });
        if (tool.labels()) {
            capabilities.add("SYS_ADMIN");
        }
        line.addAll(commands.filtered(bound));
        capabilities.forEach(name -> line.addAll(List.of("--cap-add", "CAP_" + name)));
        line.add("--");
        line.addAll(command);
        return line;
    }

    private static void mount(ToolRun.Mounted mounted, List<String> line, List<String> bound) {
        var mount = mounted.mount();
        line.addAll(List.of("sh", "-c", mounted.writable() ? CHANGE : MOUNT, "kiln"));
        line.addAll(List.of(mount.type(), mount.options(), mount.source()));
        line.add(mounted.at().toString());
        bind(bound, mounted.writable(), mounted.at().toString(), mounted.to());
    }

    private static void show(ToolRun.Mounted mounted, List<String> bound, List<String> command) {
        bind(bound, false, mounted.mount().source(), SHOWN);
        bound.addAll(List.of("--dev-bind", "/dev/fuse", "/dev/fuse", "--dir", mounted.to()));
        command.addAll(0, List.of("sh", "-c", SHOW, "kiln", mounted.mount().options(), SHOWN, mounted.to()));
    }

    private static void bind(List<String> bound, boolean writable, String from, String to) {
        bound.addAll(List.of(writable ? "--bind" : "--ro-bind", from, to));
    }
}
