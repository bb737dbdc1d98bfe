package dev.kiln.faults.proof;

import dev.kiln.faults.cluster.Cluster;
import dev.kiln.faults.inject.MessageFaults;
import dev.kiln.faults.load.Operations;
import dev.kiln.faults.verdict.Records;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Workers with free slots are told again and again about an execution that one of them is running. */
final class LockTrial implements Trial {

    private static final long LONGEST_WAIT_SECONDS = 60;

    private final Cluster cluster;
    private final Operations operations;
    private final Records records;
    private final MessageFaults messages;
    private final String template;

    LockTrial(Cluster cluster, Operations operations, Records records, MessageFaults messages, String template) {
        this.cluster = cluster;
        this.operations = operations;
        this.records = records;
        this.messages = messages;
        this.template = template;
    }

    @Override
    public Optional<String> round(int number) throws InterruptedException, NotProvokedException {
        var execution = operations
                .start(template, "lock-" + number)
                .orElseThrow(() -> new NotProvokedException("nothing was started"));
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_WAIT_SECONDS);
        while (records.statusOf(execution).equals("PREPARING")) {
            if (System.nanoTime() > end) {
                throw new NotProvokedException(execution + " was not begun");
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        messages.publish(new SplittableRandom(number));
        while (cluster.watch().overlaps().isEmpty() && !records.isFinal(execution) && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return cluster.watch().overlaps().stream()
                .findFirst()
                .map(overlap ->
                        "%s was run by two at once: %s had claimed it at %s, %s claimed it at %s, and %s still wrote at %s: %s"
                                .formatted(
                                        overlap.execution(),
                                        overlap.first().worker(),
                                        overlap.first().since(),
                                        overlap.second().worker(),
                                        overlap.second().since(),
                                        overlap.first().worker(),
                                        overlap.at(),
                                        shortened(overlap.statement())));
    }

    private static String shortened(String sql) {
        return sql.substring(0, Math.min(60, sql.length())) + "...";
    }
}
