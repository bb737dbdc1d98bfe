package dev.kiln.faults.proof;

import dev.kiln.faults.load.Operations;
import dev.kiln.faults.verdict.Records;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** Clients of both APIs start the same template at the same moment. */
final class IndexTrial implements Trial {

    private static final long LONGEST_WAIT_SECONDS = 60;

    private final List<Operations> callers;
    private final Records records;
    private final String template;

    /** @param callers one for each API */
    IndexTrial(List<Operations> callers, Records records, String template) {
        this.callers = List.copyOf(callers);
        this.records = records;
        this.template = template;
    }

    @Override
    public Optional<String> round(int number) throws InterruptedException, NotProvokedException {
        var go = new CountDownLatch(1);
        var threads = new ArrayList<Thread>();
        for (var caller : callers) {
            var token = "index-" + number + "-" + threads.size();
            var thread = new Thread(() -> start(caller, token, go), token);
            thread.start();
            threads.add(thread);
        }
        go.countDown();
        for (var thread : threads) {
            thread.join();
        }
        var active = records.active(template);
        if (active.isEmpty()) {
            throw new NotProvokedException("nothing was started, or it has ended already");
        }
        if (active.size() > 1) {
            return Optional.of(
                    "template %s was started through both APIs at once and has %d executions that are not final: %s"
                            .formatted(template, active.size(), String.join(", ", active)));
        }
        records.awaitEnds(LONGEST_WAIT_SECONDS);
        return Optional.empty();
    }

    private void start(Operations caller, String token, CountDownLatch go) {
        try {
            go.await();
            caller.start(template, token);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
