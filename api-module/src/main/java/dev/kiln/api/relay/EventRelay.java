package dev.kiln.api.relay;

import dev.kiln.execution.ExecutionId;
import dev.kiln.message.ExecutionRequested;
import dev.kiln.message.Topics;
import dev.kiln.template.TemplateId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Publishes the history of executions to Kafka, in order, and marks what the broker has acknowledged. Every API process
 * has a relay; a lock in the database lets one work at a time, and another takes over when its process dies. An event
 * that was sent but not marked is sent again: receivers recognise it by its id.
 */
public final class EventRelay implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(EventRelay.class);
    // Bounds the transaction.
    private static final int BATCH = 500;
    // When there is much to do, more events follow a batch: waiting for a few more saves a commit each.
    private static final Duration GATHER = Duration.ofMillis(10);
    private static final Duration ACKNOWLEDGED_WITHIN = Duration.ofSeconds(10);
    private static final Duration PAUSE_AFTER_TROUBLE = Duration.ofSeconds(1);

    private final Outbox outbox;
    private final TracedMessages messages;
    private final RelayTopics topics;
    private final TransactionTemplate transaction;
    private final Duration pollEvery;
    private final Semaphore bell = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "event-relay");
    private volatile boolean running;
    // A batch was sent and could not be marked: while the database is full, or only reads, none is sent again.
    private boolean sentInVain;

    EventRelay(
            Outbox outbox,
            TracedMessages messages,
            RelayTopics topics,
            TransactionTemplate transaction,
            Duration pollEvery) {
        this.outbox = outbox;
        this.messages = messages;
        this.topics = topics;
        this.transaction = transaction;
        this.pollEvery = pollEvery;
    }

    /** Says that this process has just committed an event, so that the relay looks at once. */
    public void ring() {
        bell.release();
    }

    private void run() {
        makeTopics();
        while (running) {
            try {
                while (running && publishBatch() > 0) {
                    TimeUnit.MILLISECONDS.sleep(GATHER.toMillis());
                }
                var rung = bell.tryAcquire(pollEvery.toMillis(), TimeUnit.MILLISECONDS);
                if (rung) {
                    bell.drainPermits();
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                // Catch everything: a relay that ended here would hold back all events until a restart.
                LOG.warn("events wait, they will be published later: {}", e.toString());
                recover();
            }
        }
    }

    private int publishBatch() {
        var published = transaction.execute(status -> publish());
        sentInVain = false;
        return published == null ? 0 : published;
    }

    private int publish() {
        if (!outbox.becomeRelay()) {
            return 0;
        }
        var events = outbox.unpublished(BATCH, messages.traced());
        if (!events.isEmpty()) {
            if (sentInVain) {
                outbox.published(events);
            }
            send(events);
            sentInVain = true;
            outbox.published(events);
        }
        return events.size();
    }

    private void send(List<Outbox.Event> events) {
        var sent = new ArrayList<CompletableFuture<?>>();
        for (var event : events) {
            if (event.rings()) {
                var request =
                        new ExecutionRequested(new ExecutionId(event.execution()), new TemplateId(event.template()));
                sent.add(messages.ring(Topics.REQUESTED, event.template(), request.toJson(), event.trace()));
            }
            sent.add(messages.tell(Topics.EVENTS, event.template(), CloudEvents.toJson(event), event.trace()));
        }
        try {
            CompletableFuture.allOf(sent.toArray(CompletableFuture<?>[]::new))
                    .get(ACKNOWLEDGED_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new NotAcknowledgedException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotAcknowledgedException(e);
        }
    }

    // If the broker was away when this process started, the topics do not exist yet.
    private void recover() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_AFTER_TROUBLE.toMillis());
            makeTopics();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void makeTopics() {
        try {
            topics.makeMissing();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.debug("the topics cannot be made yet", e);
        }
    }

    @Override
    public void start() {
        running = true;
        thread.start();
    }

    @Override
    public void stop() {
        running = false;
        thread.interrupt();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** The broker has not acknowledged a batch, so the batch stays unpublished. */
    private static final class NotAcknowledgedException extends RuntimeException {

        private static final long serialVersionUID = 1;

        NotAcknowledgedException(Exception cause) {
            super(cause);
        }
    }
}
