package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out whether this worker can make a sandbox on this machine, by making one. */
final class SandboxCheck {

    private static final Logger LOG = LoggerFactory.getLogger(SandboxCheck.class);

    private static final List<Path> DIRECTORIES = Stream.of("/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin")
            .map(Path::of)
            .toList();

    private final boolean mapped;
    private final SandboxCommands commands;
    private final EngineSettings settings;

    SandboxCheck(boolean mapped, SandboxCommands commands, EngineSettings settings) {
        this.mapped = mapped;
        this.commands = commands;
        this.settings = settings;
    }

    /** Whether sandboxes need a user namespace. */
    static boolean isMapped(EngineSettings settings) {
        return switch (settings.isolation()) {
            case ROOT -> false;
            case USER -> true;
            case AUTOMATIC -> !isRoot();
        };
    }

    static Path busybox() {
        var found = find("busybox");
        return found == null ? Path.of("/bin/busybox") : found;
    }

    private static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether this machine has the program. */
    static boolean has(String tool) {
        return find(tool) != null;
    }

    private static @Nullable Path find(String tool) {
        return DIRECTORIES.stream()
                .map(directory -> directory.resolve(tool))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    /** Makes a sandbox in a directory that is made for it, with a control group of that name. */
    void check(Path scratch, String group) throws SandboxUnavailableException {
        checkTools();
        if (!SystemCallFilter.isKnown()) {
            LOG.warn("no filter of system calls is known for this machine: commands of builds may make all of them");
        }
        try {
            Scratch.makePrivate(scratch);
            runOnce(scratch, group);
        } catch (IOException e) {
            throw unavailable(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("interrupted");
        }
    }

    private void runOnce(Path directory, String group)
            throws IOException, InterruptedException, SandboxUnavailableException {
        Files.createDirectory(directory.resolve("base"));
        var scratch = new Scratch(directory, false, 1 << 20, new ControlGroup(group, settings));
        var said = new Tail(1000);
        try (var sandbox = new WaitingSandbox(commands, scratch, false)) {
            scratch.makeDirectories();
            var outputs = new WaitingSandbox.Outputs(said::add, said::add);
            var told = WaitingSandbox.Told.of(commands.step(scratch, BuildState.EMPTY, List.of("true")));
            int status = sandbox.told(told, outputs, () -> {}).run();
            if (status != 0) {
                throw unavailable(scratch.trouble() + scratch.problem() + said.text());
            }
        } catch (Stopped | BuildFailedException e) {
            throw new IllegalStateException("a check has no limits", e);
        } finally {
            scratch.group().remove();
        }
    }

    private void checkTools() throws SandboxUnavailableException {
        var tools = Stream.concat(
                Stream.of("bwrap", "unshare", "setsid", "setpriv", "prlimit", "mount", "tar", "du", "busybox"),
                mapped ? Stream.of("newuidmap", "newgidmap") : Stream.empty());
        var missing = tools.filter(tool -> find(tool) == null).toList();
        if (!missing.isEmpty()) {
            throw new SandboxUnavailableException(
                    "This worker cannot build: it lacks " + String.join(", ", missing),
                    "Install the packages bubblewrap, util-linux, mount, tar, busybox-static"
                            + (mapped ? " and uidmap" : ""));
        }
    }

    SandboxUnavailableException unavailable(String why) {
        var remedy = mapped
                ? "An ordinary user needs 65536 sub-ids in /etc/subuid and /etc/subgid, and a kernel that allows user"
                        + " namespaces (user.max_user_namespaces, and kernel.apparmor_restrict_unprivileged_userns=0 where"
                        + " that exists)"
                : "Root needs the capability SYS_ADMIN and the right to mount overlay and proc; in a container that is"
                        + " --cap-add SYS_ADMIN with seccomp, AppArmor and masked paths switched off for it";
        return new SandboxUnavailableException(
                "This worker cannot make a sandbox: " + why.strip(), remedy + "; busybox must be static");
    }
}
