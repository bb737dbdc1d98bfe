package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control group of one command, version 1 or 2, whichever this machine has: bounds memory, CPU and processes. The
 * command joins a group below it: whoever mounts control groups from within sees that one as the root, and cannot reach
 * the limits above.
 */
final class ControlGroup {

    private static final Logger LOG = LoggerFactory.getLogger(ControlGroup.class);
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final List<String> CONTROLLERS = List.of("memory", "cpu", "pids");
    private static final Pattern KILLS = Pattern.compile("(?m)^oom_kill (\\d+)$");
    private static final String INNER = "in";
    private static final Map<String, Boolean> TOLD = new java.util.concurrent.ConcurrentHashMap<>();

    private final String name;
    private final EngineSettings settings;
    private final List<Path> directories = new ArrayList<>();
    private boolean made;

    /** The group of that name, which is made when the first process is to join it. */
    ControlGroup(String name, EngineSettings settings) {
        this.name = name;
        this.settings = settings;
    }

    /** Makes the groups that this process may make; says once in the log which limits it has to do without. */
    private void make() {
        var own = own();
        var unified = Path.of(own.getOrDefault("", "/"));
        if (Files.exists(ROOT.resolve("cgroup.controllers"))) {
            tell("memory, cpu and pids", makeUnified(unified));
        } else {
            for (var controller : CONTROLLERS) {
                var parent = ROOT.resolve(controller).resolve(relative(own.getOrDefault(controller, "/")));
                tell(controller, makeSingle(controller, parent.resolve("kiln-" + name)));
            }
        }
    }

    /** Ends and removes what a worker that was killed left under the name. */
    static void removeLeft(String name) {
        var own = own();
        remove(ROOT.resolve(relative(own.getOrDefault("", "/"))).resolve("kiln-" + name));
        for (var controller : CONTROLLERS) {
            var parent = ROOT.resolve(controller).resolve(relative(own.getOrDefault(controller, "/")));
            remove(parent.resolve("kiln-" + name));
        }
    }

    /** What follows the prefix in the names of all groups that there are. */
    static Set<String> left(String prefix) {
        var own = own();
        var parents = new ArrayList<Path>();
        parents.add(ROOT.resolve(relative(own.getOrDefault("", "/"))));
        CONTROLLERS.forEach(name -> parents.add(ROOT.resolve(name).resolve(relative(own.getOrDefault(name, "/")))));
        var names = new HashSet<String>();
        for (var parent : parents) {
            try (var groups = Files.newDirectoryStream(parent, "kiln-" + prefix + "*")) {
                groups.forEach(group ->
                        names.add(group.getFileName().toString().substring("kiln-".length() + prefix.length())));
            } catch (IOException e) {
                // There are no such groups on this machine.
            }
        }
        return names;
    }

    /** The files that a process writes its id, or 0, to in order to join. */
    synchronized List<String> joinFiles() {
        if (!made) {
            made = true;
            make();
        }
        return directories.stream()
                .map(d -> d.resolve(INNER).resolve("cgroup.procs").toString())
                .toList();
    }

    /** Whether the kernel ended a process because the group had no memory left. */
    synchronized boolean ranOutOfMemory() {
        for (var directory : directories) {
            for (var file : List.of("memory.events", "memory.oom_control", INNER + "/memory.oom_control")) {
                var found = KILLS.matcher(read(directory.resolve(file)));
                if (found.find() && !found.group(1).equals("0")) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Ends what is still in the groups and removes them. */
    synchronized void remove() {
        for (var directory : directories) {
            remove(directory);
        }
    }

    private static void remove(Path directory) {
        removeOne(directory.resolve(INNER));
        removeOne(directory);
    }

    private static void removeOne(Path directory) {
        for (int tries = 0; tries < 50 && Files.exists(directory); tries++) {
            read(directory.resolve("cgroup.procs"))
                    .lines()
                    .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
                    .filter(process -> process.pid() != ProcessHandle.current().pid())
                    .forEach(ProcessHandle::destroyForcibly);
            try {
                Files.deleteIfExists(directory);
            } catch (IOException e) {
                java.util.concurrent.locks.LockSupport.parkNanos(5_000_000); // a process is still on its way out
            }
        }
    }

    private boolean makeUnified(Path own) {
        try {
            var parent = ROOT.resolve(relative(own.toString()));
            delegate(parent);
            var directory = Files.createDirectories(parent.resolve("kiln-" + name));
            write(directory, "memory.max", settings.memory().toBytes());
            write(directory, "memory.swap.max", 0);
            write(directory, "pids.max", settings.processes());
            if (settings.cpus() > 0) {
                Files.writeString(directory.resolve("cpu.max"), settings.cpus() * 100_000L + " 100000");
            }
            Files.createDirectories(directory.resolve(INNER));
            directories.add(directory);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** A group with processes in it hands no controllers on, so the worker itself moves into a leaf. */
    private static void delegate(Path parent) throws IOException {
        var control = parent.resolve("cgroup.subtree_control");
        if (Files.readString(control).contains("memory")) {
            return;
        }
        try {
            Files.writeString(control, "+memory +cpu +pids");
        } catch (IOException e) {
            var leaf = Files.createDirectories(parent.resolve("kiln-worker"));
            for (var pid : Files.readAllLines(parent.resolve("cgroup.procs"))) {
                Files.writeString(leaf.resolve("cgroup.procs"), pid);
            }
            Files.writeString(control, "+memory +cpu +pids");
        }
    }

    private boolean makeSingle(String controller, Path directory) {
        try {
            Files.createDirectories(directory);
            switch (controller) {
                case "memory" -> {
                    write(directory, "memory.use_hierarchy", 1);
                    write(directory, "memory.limit_in_bytes", settings.memory().toBytes());
                }
                case "pids" -> write(directory, "pids.max", settings.processes());
                default -> {
                    write(directory, "cpu.cfs_period_us", 100_000);
                    write(directory, "cpu.cfs_quota_us", settings.cpus() > 0 ? settings.cpus() * 100_000L : -1);
                }
            }
            Files.createDirectories(directory.resolve(INNER));
            directories.add(directory);
            return true;
        } catch (IOException e) {
            remove(directory);
            return false;
        }
    }

    private static void tell(String what, boolean made) {
        if (!made && TOLD.put(what, true) == null) {
            LOG.warn(
                    "No control group for {} can be made under {}: nothing but what bounds this worker bounds that of commands",
                    what,
                    ROOT);
        }
    }

    /** This process's group by controller; the unified one by the empty name. */
    private static Map<String, String> own() {
        var groups = new HashMap<String, String>();
        for (var line : read(Path.of("/proc/self/cgroup")).lines().toList()) {
            var parts = line.split(":", 3);
            for (var controller : parts[1].split(",", -1)) {
                groups.put(controller, parts[2]);
            }
        }
        return groups;
    }

    private static String relative(String path) {
        return path.startsWith("/") ? path.substring(1) : path;
    }

    private static void write(Path directory, String file, long value) throws IOException {
        Files.writeString(directory.resolve(file), Long.toString(value));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }
}
