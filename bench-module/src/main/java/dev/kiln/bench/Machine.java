package dev.kiln.bench;

import dev.kiln.bench.system.Programs;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The machine that the numbers were measured on. */
final class Machine {

    private static final Pattern PEER =
            Pattern.compile("(db-scheduler|jobrunr|transact|flowable-engine)-([0-9][^/]*)\\.jar");

    private Machine() {}

    /** A Markdown list. */
    static String description(Surroundings surroundings) throws IOException, InterruptedException {
        return """
                - %s: Kiln %s
                - %s, %d cores, load %.2f at the end, %s of memory, Linux %s, scratch space on %s
                - Java %s (%s)
                - %s
                - peers: %s
                """.formatted(
                        LocalDate.now(ZoneOffset.UTC),
                        revision(surroundings.programs()),
                        first("/proc/cpuinfo", "model name"),
                        Runtime.getRuntime().availableProcessors(),
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                        first("/proc/meminfo", "MemTotal"),
                        System.getProperty("os.version"),
                        Files.getFileStore(surroundings.directory()).type(),
                        System.getProperty("java.version"),
                        System.getProperty("java.vm.name"),
                        surroundings.database().description(),
                        peers());
    }

    private static String revision(Programs programs) throws IOException, InterruptedException {
        var git = programs.find("git");
        if (git.isEmpty() || !Files.exists(programs.home().resolve(".git"))) {
            return "of an unknown revision";
        }
        return programs.run(
                Map.of(),
                List.of(
                        git.get().toString(),
                        "-C",
                        programs.home().toString(),
                        "describe",
                        "--always",
                        "--dirty",
                        "--abbrev=12"));
    }

    private static String first(String file, String name) throws IOException {
        try (var lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown " + name);
        }
    }

    private static String peers() {
        var found = new TreeSet<String>();
        var matcher = PEER.matcher(System.getProperty("java.class.path"));
        while (matcher.find()) {
            found.add(matcher.group(1) + " " + matcher.group(2));
        }
        return String.join(", ", found);
    }
}
