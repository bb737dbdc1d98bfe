package dev.kiln.faults.load;

import dev.kiln.cli.SignedClient;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Clients that start and cancel executions, each in its own order. */
public final class Callers {

    private static final int CALLERS = 6;
    private static final int CANCELS_OF_TEN = 2;
    private static final int LONGEST_PAUSE_MILLIS = 1200;
    private static final int LATEST_CANCEL_MILLIS = 2500;

    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopping;

    /** Starts the callers at once; they start executions of these templates. */
    public Callers(SplittableRandom random, List<SignedClient> apis, Ledger ledger, List<String> templates) {
        for (var number = 0; number < CALLERS; number++) {
            var own = random.split();
            var operations = new Operations(apis, number, ledger);
            var thread = new Thread(() -> callOn(own, operations, templates), "caller-" + number);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    private void callOn(SplittableRandom random, Operations operations, List<String> templates) {
        try {
            while (!stopping) {
                callOnce(random, operations, templates.get(random.nextInt(templates.size())));
                TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_PAUSE_MILLIS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void callOnce(SplittableRandom random, Operations operations, String template)
            throws InterruptedException {
        var token = new UUID(random.nextLong(), random.nextLong()).toString();
        var cancels = random.nextInt(10) < CANCELS_OF_TEN;
        var delay = random.nextInt(LATEST_CANCEL_MILLIS);
        var execution = operations.start(template, token);
        if (execution.isPresent() && cancels) {
            TimeUnit.MILLISECONDS.sleep(delay);
            operations.cancel(execution.get());
        }
    }

    /** Lets every caller finish its current operation. */
    public void stop() throws InterruptedException {
        stopping = true;
        for (var thread : threads) {
            thread.join();
        }
    }
}
