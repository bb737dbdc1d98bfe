package dev.kiln.worker.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which hierarchies' groups a process can join once they are made; files alone do not show it. */
final class JoinableHierarchies {

    private final Set<String> known = ConcurrentHashMap.newKeySet();

    /** Whether a process can join that hierarchy's group; one tries it until it has worked once. */
    boolean has(String hierarchy, Path group) {
        if (!known.contains(hierarchy) && isJoined(group)) {
            known.add(hierarchy);
        }
        return known.contains(hierarchy);
    }

    private static boolean isJoined(Path group) {
        return HostProgram.succeeds(List.of(
                "sh",
                "-c",
                "echo 0 > \"$1\"",
                "join",
                group.resolve("cgroup.procs").toString()));
    }
}
