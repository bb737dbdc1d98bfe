package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A hierarchy of control groups, in which every process is in one group.
 *
 * @param controllers those of version 1, or the hierarchy's name; empty for version 2
 * @param own the directory of this process's group; empty where it cannot be seen
 */
record GroupHierarchy(Set<String> controllers, Optional<Path> own) {

    /** The worker's own group: version 2 delegates no controllers from a group that contains processes. */
    static final String WORKER = "kiln-worker";

    /** All hierarchies that this process is in, according to the kernel: a process that may mount one may mount all. */
    static List<GroupHierarchy> all() {
        return of(read(Path.of("/proc/self/cgroup")), read(Path.of("/proc/self/mountinfo")));
    }

    /** The hierarchies that these files describe. */
    static List<GroupHierarchy> of(String groups, String mounts) {
        var places = mounts.lines().flatMap(Place::of).toList();
        return groups.lines()
                .map(line -> line.split(":", 3))
                .map(parts -> {
                    var controllers = Stream.of(parts[1].split(","))
                            .filter(name -> !name.isEmpty())
                            .collect(Collectors.toSet());
                    return new GroupHierarchy(controllers, own(controllers, parts[2], places));
                })
                .toList();
    }

    private static Optional<Path> own(Set<String> controllers, String group, List<Place> places) {
        return places.stream()
                .filter(place -> place.isOf(controllers))
                .flatMap(place -> place.directory(group).stream())
                .findFirst()
                .map(own -> own.endsWith(WORKER) ? own.getParent() : own);
    }

    /** Whether it is the hierarchy of version 2. */
    boolean isUnified() {
        return controllers.isEmpty();
    }

    /** Whether groups in it can limit what that controller limits. */
    boolean bounds(String controller) {
        if (!isUnified()) {
            return controllers.contains(controller);
        }
        var handed = own.map(directory -> read(directory.resolve("cgroup.controllers")));
        return Arrays.asList(handed.orElse("").strip().split(" ")).contains(controller);
    }

    /** Its name in messages. */
    String title() {
        return isUnified() ? "version 2" : controllers.stream().sorted().collect(Collectors.joining(","));
    }

    /** The contents of the file, or an empty text. */
    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    /** A mount of a hierarchy: which group is visible where. */
    private record Place(boolean unified, Set<String> options, String group, Path point) {

        static Stream<Place> of(String line) {
            var fields = List.of(line.split(" "));
            int dash = fields.indexOf("-");
            if (dash < 0 || !fields.get(dash + 1).startsWith("cgroup")) {
                return Stream.of();
            }
            var options = Set.copyOf(Arrays.asList(fields.get(fields.size() - 1).split(",")));
            boolean unified = fields.get(dash + 1).equals("cgroup2");
            return Stream.of(new Place(unified, options, fields.get(3), Path.of(fields.get(4))));
        }

        boolean isOf(Set<String> controllers) {
            return controllers.isEmpty() ? unified : !unified && options.containsAll(controllers);
        }

        /** The directory where that group is visible, unless it is above or beside what is mounted. */
        Optional<Path> directory(String path) {
            var above = group.equals("/") ? "" : group;
            if (!(path + "/").startsWith(above + "/") || path.startsWith(above + "/..")) {
                return Optional.empty();
            }
            var below = path.substring(above.length());
            return Optional.of(point.resolve(below.startsWith("/") ? below.substring(1) : below));
        }
    }
}
