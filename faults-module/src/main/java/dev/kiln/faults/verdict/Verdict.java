package dev.kiln.faults.verdict;

import dev.kiln.execution.ExecutionStatus;
import dev.kiln.faults.cluster.Cluster;
import dev.kiln.faults.inject.FaultLog;
import dev.kiln.faults.load.Ledger;
import dev.kiln.image.Digest;
import dev.kiln.testing.guarantee.Guarantees;
import dev.kiln.testing.guarantee.NothingLeftBehind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Everything that must hold after the faults, checked on the database, the stores and the machine. */
public final class Verdict {

    // The faults' times and the database's are written by different processes of one machine.
    private static final long SECONDS_AROUND = 1;

    private static final Set<String> ORDINARY_REFUSALS = Set.of(
            "InvalidImagePipeline.HasRunningExecution",
            "InvalidStatus.CancelFailed",
            "InvalidStatus.ImagePipelineExecution",
            "NothingFailed",
            "ImageGone",
            "NotFinished");

    private final Cluster cluster;
    private final Records records;
    private final Ledger ledger;
    private final FaultLog faults;
    private final Map<String, String> undisturbed;
    private final Set<String> explained = new HashSet<>();

    /** @param undisturbed digest of each template's image, built before the first fault */
    public Verdict(Cluster cluster, Ledger ledger, FaultLog faults, Map<String, String> undisturbed) {
        this.cluster = cluster;
        this.records = new Records(cluster.database().jdbc());
        this.ledger = ledger;
        this.faults = faults;
        this.undisturbed = Map.copyOf(undisturbed);
    }

    /** A sentence for each violation. */
    public List<String> violations() throws IOException {
        var executions = records.executions();
        var violations = new ArrayList<>(guarantees());
        violations.addAll(told(executions));
        executions.forEach(execution -> violations.addAll(ended(execution)));
        for (var copy : records.copies()) {
            violations.addAll(whole(copy));
        }
        var ids = executions.stream().map(Records.Execution::id).collect(Collectors.toSet());
        violations.addAll(new Leaks(cluster.engine(), ids).found());
        if (records.unpublished() > 0) {
            violations.add(records.unpublished() + " events were never published");
        }
        faults.troubles().forEach(trouble -> violations.add("the run itself: " + trouble));
        return violations;
    }

    /** How many executions ended otherwise than their recipe says because a region was broken on purpose. */
    public int explained() {
        return explained.size();
    }

    private List<String> guarantees() {
        var jdbc = cluster.database().jdbc();
        var scratch = List.of(cluster.engine().resolve("builds"));
        return new Guarantees(jdbc)
                .and(new NothingLeftBehind(jdbc, cluster.regions().all(), scratch))
                .violations();
    }

    /** Checks that what clients were told is true. */
    private List<String> told(List<Records.Execution> executions) {
        var violations = new ArrayList<String>();
        var statuses = new HashMap<String, String>();
        executions.forEach(execution -> statuses.put(execution.id(), execution.status()));
        for (var started : ledger.started()) {
            if (!statuses.containsKey(started)) {
                violations.add(started + " was acknowledged and is lost");
            }
        }
        var known = Set.copyOf(ledger.started());
        executions.stream()
                .filter(execution -> !known.contains(execution.id()))
                .filter(execution -> !ledger.doubtful().contains(records.tokenOf(execution.id())))
                .forEach(execution -> violations.add(execution.id() + " runs although nobody was told so"));
        for (var cancelled : ledger.cancelsAccepted()) {
            if (!"CANCELLED".equals(statuses.get(cancelled))) {
                violations.add(cancelled + " is " + statuses.get(cancelled) + " although its cancel was acknowledged");
            }
        }
        ledger.unanswered().forEach(request -> violations.add("never answered: " + request));
        ledger.refusals().forEach((code, count) -> {
            if (!ORDINARY_REFUSALS.contains(code)) {
                violations.add(count + " requests were refused with " + code);
            }
        });
        return violations;
    }

    /** Checks that the end is explained by the recipe, a cancel or a region in trouble. */
    private List<String> ended(Records.Execution execution) {
        var recipe = ledger.recipes().get(execution.template());
        var end = ExecutionStatus.valueOf(execution.status());
        if (recipe == null || execution.endedIn(recipe.end())) {
            return List.of();
        }
        if (end == ExecutionStatus.CANCELLED && ledger.wasCancelAsked(execution.id())) {
            return List.of();
        }
        // Whatever made a target fail before, all were retried when everything was working.
        if (end == ExecutionStatus.PARTITION_SUCCESS) {
            return List.of(execution.id() + " of " + recipe.name() + " is still " + end
                    + " although its targets were tried again: "
                    + execution.failure().info());
        }
        var finished = execution.finished() == null ? Instant.now() : execution.finished();
        if (faults.explains(
                end,
                execution.failure(),
                execution.image(),
                execution.created().minusSeconds(SECONDS_AROUND),
                finished.plusSeconds(SECONDS_AROUND))) {
            explained.add(execution.id());
            return List.of();
        }
        return List.of(
                execution.id() + " of " + recipe.name() + " is " + execution.end() + " instead of " + recipe.end());
    }

    /** Checks that the stored bytes are those that the row names, and those of an undisturbed build. */
    private List<String> whole(Records.Copy copy) throws IOException {
        var expected = undisturbed.get(copy.template());
        if (expected != null && !expected.equals(copy.digest())) {
            return List.of(copy.image() + " is another image than that of an undisturbed build");
        }
        var file = cluster.regions()
                .directory(copy.region())
                .resolve("images")
                .resolve(copy.image())
                .resolve(new Digest(copy.digest()).hex());
        return Files.exists(file) && digest(file).value().equals(copy.digest())
                ? List.of()
                : List.of(copy.image() + " in " + copy.region() + " is not whole");
    }

    private static Digest digest(Path file) throws IOException {
        var computation = Digest.computation();
        try (var digesting = new DigestOutputStream(OutputStream.nullOutputStream(), computation)) {
            Files.copy(file, digesting);
        }
        return Digest.of(computation);
    }
}
