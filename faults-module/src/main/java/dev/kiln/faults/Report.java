package dev.kiln.faults;

import dev.kiln.faults.cluster.Cluster;
import dev.kiln.faults.inject.FaultLog;
import dev.kiln.faults.inject.Injector;
import dev.kiln.faults.load.Ledger;
import dev.kiln.faults.verdict.Records;
import dev.kiln.faults.verdict.Timings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The result of a run, for the terminal and as a page. */
final class Report {

    // Kinds of leftovers, each with a word of the sentences that report it; the first match counts.
    private static final List<Map.Entry<String, String>> LEAKS = List.of(
            Map.entry("partial uploads", ".partial-"),
            Map.entry("objects without a row", "without a row"),
            Map.entry("scratch directories", "scratch space"),
            Map.entry("mounts", "mount"),
            Map.entry("control groups", "control group"),
            Map.entry("processes", "process "));

    private final FaultSettings settings;
    private final Ledger ledger;
    private final BoundaryTour tour;
    private final Map<String, Integer> statuses;
    private final Timings timings;
    private final FaultTable faults;
    private final int explained;

    /** @param explained the number of failures for which a broken region or image is the reason */
    Report(FaultSettings settings, Cluster cluster, Ledger ledger, FaultLog log, BoundaryTour tour, int explained) {
        this.settings = settings;
        this.explained = explained;
        this.ledger = ledger;
        this.tour = tour;
        var records = new Records(cluster.database().jdbc());
        this.statuses = records.statuses();
        this.timings = new Timings(log.all(), records.events(), cluster.watch().claims());
        this.faults = new FaultTable(log.counts(), timings.resumes(), Injector.leftOut(cluster.regions()));
    }

    void tell(Screen screen, List<String> violations) throws IOException {
        screen.say("");
        faults.lines().forEach(screen::say);
        screen.say("executions: " + Screen.inWords(statuses));
        screen.say("explained:  " + explained + " of them failed because a region or an image was broken on purpose");
        screen.say("cancels:    " + timings.cancels().line());
        if (settings.boundaries()) {
            screen.say("writes:     " + tour.hit() + " of " + tour.found() + " places hit");
        }
        violations.forEach(violation -> screen.say("  ! " + violation));
        screen.say(conclusion(violations));
        if (settings.report().isPresent()) {
            write(settings.report().get(), violations);
        }
    }

    private String conclusion(List<String> violations) {
        return violations.size() + " violations, seed " + settings.seed();
    }

    private void write(Path file, List<String> violations) throws IOException {
        var lines = new ArrayList<>(List.of(
                "# What a run with faults showed",
                "",
                "Written by `" + command() + "` on " + LocalDate.now(ZoneOffset.UTC) + ": "
                        + Runtime.getRuntime().availableProcessors() + " processors, " + memory() + ", Linux "
                        + System.getProperty("os.version") + ", Java " + System.getProperty("java.version") + ".",
                "",
                "| | |",
                "|---|---|",
                "| faults injected for | " + settings.minutes() + " min |",
                "| processes | 2 APIs, " + settings.workers() + " workers, PostgreSQL, 1 broker" + releases() + " |",
                "| starts acknowledged | " + ledger.started().size() + " |",
                "| executions by final status | " + Screen.inWords(statuses) + " |",
                "| failed because a region or an image was broken on purpose | " + explained + " |",
                "| violations, leaks among them | " + violations.size() + " |",
                "| left behind | " + leaks(violations) + " |",
                "| places at writes where a worker was killed | " + places() + " |",
                ""));
        lines.addAll(faults.rows());
        lines.addAll(List.of(
                "",
                "| | number | p50 | p99 | max |",
                "|---|---|---|---|---|",
                "| from a cancel's acceptance to CANCELLED | "
                        + timings.cancels().cells() + " |",
                ""));
        if (settings.boundaries()) {
            addPlaces(lines);
        }
        violations.forEach(violation -> lines.add("- " + violation));
        Files.write(file, lines);
    }

    private void addPlaces(List<String> lines) {
        lines.addAll(List.of(
                "| execution | write | how often in one execution | worker killed before it | after its commit, before the answer |",
                "|---|---|---|---|---|"));
        lines.addAll(tour.table());
        lines.add("");
    }

    private static String leaks(List<String> violations) {
        var counts = new LinkedHashMap<String, Integer>();
        LEAKS.forEach(leak -> counts.put(leak.getKey(), 0));
        for (var violation : violations) {
            LEAKS.stream()
                    .filter(leak -> violation.contains(leak.getValue()))
                    .findFirst()
                    .ifPresent(leak -> counts.merge(leak.getKey(), 1, Integer::sum));
        }
        return counts.entrySet().stream()
                .map(count -> count.getValue() + " " + count.getKey())
                .collect(Collectors.joining(", "));
    }

    private String command() {
        return "./kiln faults --minutes " + settings.minutes() + " --seed " + settings.seed()
                + (settings.boundaries() ? " --boundaries" : "")
                + settings.previous()
                        .map(previous -> " --previous " + previous.getFileName())
                        .orElse("");
    }

    private String releases() {
        return settings.previous()
                .map(previous -> "; every other API and worker is of revision " + previous.getFileName())
                .orElse("");
    }

    private String places() {
        return settings.boundaries() ? tour.hit() + " of " + tour.found() : "not asked for";
    }

    private static String memory() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/meminfo"))) {
            return lines.filter(line -> line.startsWith("MemTotal:"))
                    .map(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024 / 1024 + " GiB")
                    .findFirst()
                    .orElse("memory unknown");
        }
    }
}
