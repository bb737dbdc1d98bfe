package dev.kiln.worker.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which hierarchies' groups a process can join once they are made, which is not a matter of files alone. */
final class JoinableHierarchies {

    private final Set<String> known = ConcurrentHashMap.newKeySet();

    /** Whether that one's can; a process tries it until it was seen to work. */
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
