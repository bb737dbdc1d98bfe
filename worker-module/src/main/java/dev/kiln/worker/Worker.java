package dev.kiln.worker;

import dev.kiln.start.CannotStartException;
import dev.kiln.worker.engine.SandboxUnavailableException;
import dev.kiln.worker.intake.ExecutionListener;
import dev.kiln.worker.intake.OrphanedExecutions;
import dev.kiln.worker.run.ExecutionSlots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Starts and ends this process's work. Schema and sandbox are checked before anything is taken; a worker that cannot
 * make its sandbox says why and takes nothing.
 */
final class Worker implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    // Statements of a sweep may wait for the database; a sweep that takes longer than this hangs.
    private static final Duration LONGEST_SWEEP = Duration.ofMinutes(2);

    // How long its consumer may take to leave the group.
    private static final Duration LONGEST_GOODBYE = Duration.ofSeconds(3);

    private final WorkerSettings settings;
    private final SchemaCheck schema;
    private final FirstCheck sandbox;
    private final ExecutionSlots slots;
    private final OrphanedExecutions orphans;
    private final ExecutionListener listener;
    private final ScheduledExecutorService sweeping = new ScheduledThreadPoolExecutor(1);
    private final Thread listening;
    private volatile boolean running;
    private volatile long swept = System.nanoTime();

    Worker(
            WorkerSettings settings,
            SchemaCheck schema,
            FirstCheck sandbox,
            ExecutionSlots slots,
            OrphanedExecutions orphans,
            ExecutionListener listener) {
        this.settings = settings;
        this.schema = schema;
        this.sandbox = sandbox;
        this.slots = slots;
        this.orphans = orphans;
        this.listener = listener;
        this.listening = new Thread(listener, "execution-listener");
    }

    @Override
    public void start() {
        try {
            schema.await(settings.schemaWait());
            sandbox.await();
        } catch (SandboxUnavailableException e) {
            throw new CannotStartException(e.problem(), e.remedy());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        listening.start();
        var every = settings.sweepEvery().toMillis();
        var unused = sweeping.scheduleWithFixedDelay(this::sweep, 0, every, TimeUnit.MILLISECONDS);
        swept = System.nanoTime();
        running = true;
        LOG.info("taking work with {} slot(s)", settings.slots());
    }

    private void sweep() {
        orphans.sweep();
        swept = System.nanoTime();
        var file = settings.readyFile();
        if (file != null) {
            touch(file);
        }
    }

    /** What the worker is doing; throws when it takes no work. */
    String standing() {
        if (!running) {
            throw new IllegalStateException("the worker starts or stops");
        }
        return slots.free() + " of " + settings.slots() + " slots are free";
    }

    /** When it last looked for work; throws when that was so long ago that the sweep must be hanging. */
    String lastSweep() {
        var silence = Duration.ofNanos(System.nanoTime() - swept);
        if (running && silence.compareTo(settings.sweepEvery().plus(LONGEST_SWEEP)) > 0) {
            throw new IllegalStateException("no sweep for " + silence.toSeconds() + " s");
        }
        return running ? "swept " + silence.toSeconds() + " s ago" : "not begun, or at its end";
    }

    private static void touch(Path file) {
        try {
            if (!Files.exists(file)) {
                Files.createFile(file);
            }
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
        } catch (IOException e) {
            LOG.warn("the ready file cannot be touched: {}", e.toString());
        }
    }

    /**
     * Takes nothing new, lets running executions be handed over at their next boundary, and interrupts the rest after
     * the grace.
     */
    @Override
    public void stop() {
        running = false;
        listener.close();
        sweeping.shutdownNow();
        orphans.close();
        try {
            slots.drain(settings.drainGrace());
            listening.join(LONGEST_GOODBYE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        listening.interrupt();
        slots.close();
        LOG.info("this worker takes no more work and has handed over what it had");
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
