package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control groups of one build, of version 1 or 2, whichever this machine has: they limit memory, CPU and processes.
 * Commands join an inner group: a process that mounts control groups inside sees that one as the root and cannot reach
 * the limits above. They join one in every hierarchy, even where it limits nothing: in the worker's own group they
 * could end or freeze everything that is in it.
 */
final class ControlGroup {

    private static final Logger LOG = LoggerFactory.getLogger(ControlGroup.class);
    private static final List<String> CONTROLLERS = List.of("memory", "cpu", "pids");
    private static final Pattern KILLS = Pattern.compile("(?m)^oom_kill (\\d+)$");
    private static final String PREFIX = "kiln-";
    private static final String INNER = "in";
    private static final String PACKING = "-pack";
    private static final long PERIOD_MICROS = 100_000;
    private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();
    private static final JoinableHierarchies JOINABLE = new JoinableHierarchies();

    private final String name;
    private final EngineSettings settings;
    private final List<Path> directories = new ArrayList<>();
    private final List<Path> packing = new ArrayList<>();
    private boolean made;

    /** The group of that name; it is made when the first process is to join it. */
    ControlGroup(String name, EngineSettings settings) {
        this.name = name;
        this.settings = settings;
    }

    /** Makes the groups that this process may make; logs once which ones are missing. */
    private void make() {
        var bounded = new HashSet<String>();
        var shared = new ArrayList<String>();
        for (var hierarchy : GroupHierarchy.all()) {
            boolean joined = hierarchy.own().isPresent()
                    && makeIn(hierarchy, hierarchy.own().get(), bounded);
            if (!joined) {
                shared.add(hierarchy.title());
            }
        }
        for (var controller : CONTROLLERS) {
            if (!bounded.contains(controller) && TOLD.add(controller)) {
                LOG.warn(
                        "No control group for {} can be made: commands are limited only by what limits this"
                                + " commands",
                        controller);
            }
        }
        // The commands of an ordinary user cannot write the files there.
        if (!shared.isEmpty() && !SandboxCheck.isMapped(settings) && TOLD.add("shared")) {
            LOG.warn(
                    "Commands stay in this worker's control groups of {}, where no others can be made or joined: a"
                            + " command that mounts them can end or freeze what is in there, this worker with it;"
                            + " mount /sys/fs/cgroup so that this worker may write it, or run it as an ordinary user",
                    String.join(" and ", shared));
        }
    }

    private boolean makeIn(GroupHierarchy hierarchy, Path own, Set<String> bounded) {
        var directory = own.resolve(PREFIX + name);
        var controllers = CONTROLLERS.stream().filter(hierarchy::bounds).toList();
        try {
            Files.createDirectories(directory);
            try {
                if (hierarchy.isUnified() && !controllers.isEmpty()) {
                    delegate(own);
                }
                if (!controllers.isEmpty()) {
                    bound(hierarchy, directory, controllers);
                    bounded.addAll(controllers);
                    makePacking(hierarchy, own, controllers);
                }
            } catch (IOException e) {
                // The group then limits nothing, which is logged, but still separates.
            }
            makeInner(hierarchy, directory);
        } catch (IOException e) {
            remove(List.of(directory));
            return false;
        }
        if (!JOINABLE.has(hierarchy.title(), directory.resolve(INNER))) {
            remove(List.of(directory));
            bounded.removeAll(controllers);
            return false;
        }
        directories.add(directory);
        return true;
    }

    private static void makeInner(GroupHierarchy hierarchy, Path directory) throws IOException {
        var inner = directory.resolve(INNER);
        if (hierarchy.isUnified()) {
            // Groups that a command makes would have to be removed.
            Files.writeString(directory.resolve("cgroup.max.descendants"), "1");
        }
        Files.createDirectories(inner);
        for (var file : List.of("cpuset.cpus", "cpuset.mems")) {
            if (hierarchy.controllers().contains("cpuset")) {
                // Without CPUs and memory nodes no process can join.
                var worker = Files.readString(directory.resolveSibling(file));
                Files.writeString(directory.resolve(file), worker);
                Files.writeString(inner.resolve(file), worker);
            }
        }
    }

    /** A command and the packing of the previous command's layer must not use up each other's limits. */
    private void makePacking(GroupHierarchy hierarchy, Path own, List<String> controllers) throws IOException {
        var directory = Files.createDirectories(own.resolve(PREFIX + name + PACKING));
        packing.add(directory);
        bound(hierarchy, directory, controllers);
    }

    private void bound(GroupHierarchy hierarchy, Path directory, List<String> controllers) throws IOException {
        boolean unified = hierarchy.isUnified();
        long quota = settings.cpus() * PERIOD_MICROS;
        if (controllers.contains("memory") && unified) {
            write(directory, "memory.max", settings.memory().toBytes());
            write(directory, "memory.swap.max", 0);
        } else if (controllers.contains("memory")) {
            write(directory, "memory.use_hierarchy", 1);
            write(directory, "memory.limit_in_bytes", settings.memory().toBytes());
        }
        if (controllers.contains("pids")) {
            write(directory, "pids.max", settings.processes());
        }
        if (controllers.contains("cpu") && unified && quota > 0) {
            Files.writeString(directory.resolve("cpu.max"), quota + " " + PERIOD_MICROS);
        } else if (controllers.contains("cpu") && !unified) {
            write(directory, "cpu.cfs_period_us", PERIOD_MICROS);
            write(directory, "cpu.cfs_quota_us", quota > 0 ? quota : -1);
        }
    }

    /** A group that contains processes delegates no controllers, so the worker itself moves into a leaf. */
    private static void delegate(Path parent) throws IOException {
        var control = parent.resolve("cgroup.subtree_control");
        if (Files.readString(control).contains("memory")) {
            return;
        }
        try {
            Files.writeString(control, "+memory +cpu +pids");
        } catch (IOException e) {
            var leaf = Files.createDirectories(parent.resolve(GroupHierarchy.WORKER));
            for (var pid : Files.readAllLines(parent.resolve("cgroup.procs"))) {
                Files.writeString(leaf.resolve("cgroup.procs"), pid);
            }
            Files.writeString(control, "+memory +cpu +pids");
        }
    }

    /** Ends and removes what a killed worker left under the name. */
    static void removeLeft(String name) {
        remove(parents()
                .flatMap(parent ->
                        Stream.of(PREFIX + name, PREFIX + name + PACKING).map(parent::resolve))
                .toList());
    }

    /** What follows the prefix in the names of all existing groups. */
    static Set<String> left(String prefix) {
        return parents()
                .flatMap(parent -> names(parent, PREFIX + prefix).stream())
                .map(group -> group.endsWith(PACKING) ? group.substring(0, group.length() - PACKING.length()) : group)
                .collect(Collectors.toSet());
    }

    private static List<String> names(Path parent, String prefix) {
        try (var groups = Files.newDirectoryStream(parent, prefix + "*")) {
            var names = new ArrayList<String>();
            groups.forEach(group -> names.add(group.getFileName().toString().substring(prefix.length())));
            return names;
        } catch (IOException e) {
            return List.of(); // this machine no longer has it
        }
    }

    private static Stream<Path> parents() {
        return GroupHierarchy.all().stream().flatMap(each -> each.own().stream());
    }

    /** The files to which a process writes its id, or 0, to join. */
    synchronized List<String> joinFiles() {
        if (!made) {
            made = true;
            make();
        }
        return files(directories.stream().map(directory -> directory.resolve(INNER)));
    }

    /**
     * The join files for what packs a command's layer while the next one runs: equally limited, but a separate group.
     */
    synchronized List<String> packingJoinFiles() {
        var unused = joinFiles();
        return files(packing.stream());
    }

    private static List<String> files(Stream<Path> groups) {
        return groups.map(group -> group.resolve("cgroup.procs").toString()).toList();
    }

    /** Whether the kernel ended a process because the group had no memory left. */
    synchronized boolean ranOutOfMemory() {
        for (var directory : directories) {
            for (var file : List.of("memory.events", "memory.oom_control", INNER + "/memory.oom_control")) {
                var found = KILLS.matcher(GroupHierarchy.read(directory.resolve(file)));
                if (found.find() && !found.group(1).equals("0")) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Ends everything that is still in the groups and removes them. */
    synchronized void remove() {
        remove(Stream.of(directories, packing).flatMap(List::stream).toList());
    }

    private static void remove(List<Path> groups) {
        var left = new ArrayList<>(groups);
        left.removeIf(group -> Files.notExists(group) || (delete(group.resolve(INNER)) && delete(group)));
        for (int tries = 0; tries < 50 && !left.isEmpty(); tries++) {
            // In all hierarchies first: a process frozen in one keeps its group in another.
            left.forEach(ControlGroup::endAll);
            left.removeIf(ControlGroup::deleteAll);
            if (!left.isEmpty()) {
                LockSupport.parkNanos(5_000_000); // a process is still ending
            }
        }
    }

    private static boolean delete(Path group) {
        try {
            Files.deleteIfExists(group);
            return true;
        } catch (IOException e) {
            return false; // it still contains something
        }
    }

    /**
     * Including groups that a command made below, which can lie deeper than a path reaches and have names that Java
     * cannot express.
     */
    private static boolean deleteAll(Path directory) {
        return HostProgram.succeeds(List.of("find", directory.toString(), "-depth", "-type", "d", "-delete"));
    }

    /** A frozen process does not end, and a group does not thaw while one above it is frozen. */
    private static void endAll(Path directory) {
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path group, BasicFileAttributes attributes)
                        throws IOException {
                    if (Files.exists(group.resolve("freezer.state"))) {
                        Files.writeString(group.resolve("freezer.state"), "THAWED");
                    }
                    end(group);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            // It is already gone.
        }
    }

    private static void end(Path group) {
        GroupHierarchy.read(group.resolve("cgroup.procs"))
                .lines()
                .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .forEach(ProcessHandle::destroyForcibly);
    }

    private static void write(Path directory, String file, long value) throws IOException {
        Files.writeString(directory.resolve(file), Long.toString(value));
    }
}
