package dev.kiln.faults.proof;

import dev.kiln.faults.cluster.Cluster;
import dev.kiln.faults.load.Operations;
import dev.kiln.faults.verdict.Records;
import dev.kiln.faults.wire.LateWrite;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A worker falls silent in the middle of a write, is overtaken, and its write arrives late. */
final class FenceTrial implements Trial {

    private static final long LONGEST_WAIT_SECONDS = 60;

    private final Cluster cluster;
    private final Operations operations;
    private final Records records;
    private final String template;

    FenceTrial(Cluster cluster, Operations operations, Records records, String template) {
        this.cluster = cluster;
        this.operations = operations;
        this.records = records;
        this.template = template;
    }

    @Override
    public Optional<String> round(int number) throws InterruptedException, NotProvokedException {
        var found = new ConcurrentLinkedQueue<String>();
        var write = new LateWrite(worker -> true, delivered -> effect(delivered).ifPresent(found::add));
        cluster.watch().deliverLate(write);
        var execution = operations.start(template, "fence-" + number).orElse("");
        try {
            if (!write.awaitTaken(LONGEST_WAIT_SECONDS)) {
                throw new NotProvokedException("no worker began a copy for " + execution);
            }
            if (!write.awaitDelivered(LONGEST_WAIT_SECONDS)) {
                throw new NotProvokedException("no other worker made the copy of " + execution);
            }
        } finally {
            cluster.watch().deliverNoneLate();
            if (found.isEmpty()) {
                records.awaitEnds(LONGEST_WAIT_SECONDS);
            }
        }
        return Optional.ofNullable(found.peek());
    }

    /** Checks after the database has answered the late write and before anybody goes on. */
    private Optional<String> effect(LateWrite.Delivered write) {
        var state = records.stateOf(write.image());
        return state.equals("COPIED")
                ? Optional.empty()
                : Optional.of(
                        "%s fell silent at %s as it was about to write that it copies %s; %s adopted %s and completed the copy; then the write of %s arrived and took effect: the copy is %s again"
                                .formatted(
                                        write.worker(),
                                        write.since(),
                                        write.image(),
                                        write.by(),
                                        write.execution(),
                                        write.worker(),
                                        state));
    }
}
