package dev.kiln.worker.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Bubblewrap's options that cover what is the whole machine's in a sandbox's /proc. */
final class CoveredProc {

    /** User 0 can write to these without any capability. */
    private static final List<String> READ_ONLY =
            List.of("sys", "irq", "bus", "fs", "scsi", "mtrr", "acpi", "driver", "dynamic_debug", "asound", "pressure");

    /** User 0 can read in these what other processes and the kernel do. */
    private static final List<String> HIDDEN = List.of(
            "sysrq-trigger",
            "kcore",
            "kmsg",
            "keys",
            "timer_list",
            "kpagecount",
            "kpageflags",
            "kpagecgroup",
            "vmallocinfo",
            "slabinfo");

    private CoveredProc() {}

    /** For this machine, as it is now. */
    static List<String> options() {
        var line = new ArrayList<String>();
        for (var name : READ_ONLY) {
            if (Files.exists(Path.of("/proc", name))) {
                line.addAll(List.of("--ro-bind", "/proc/" + name, "/proc/" + name));
            }
        }
        for (var name : HIDDEN) {
            if (Files.exists(Path.of("/proc", name))) {
                line.addAll(List.of("--ro-bind", "/dev/null", "/proc/" + name));
            }
        }
        return line;
    }
}
