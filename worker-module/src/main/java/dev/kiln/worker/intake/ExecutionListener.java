package dev.kiln.worker.intake;

import dev.kiln.message.ExecutionRequested;
import dev.kiln.message.Topics;
import dev.kiln.trace.TraceParent;
import dev.kiln.worker.metric.WorkerTraces;
import dev.kiln.worker.run.ExecutionSlots;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.ShareConsumerFactory;

/**
 * Listens for the doorbell. All workers are one share group (docs/adr/0002): the broker hands records one at a time to
 * workers that ask, and this worker asks only while it has a free slot, so it never holds work that another could do. A
 * record wakes a slot, which takes the next execution in the queue, and is acknowledged at once; the result is in the
 * row, not in Kafka.
 */
public final class ExecutionListener implements Runnable, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ExecutionListener.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration PAUSE_AFTER_TROUBLE = Duration.ofSeconds(1);

    private final WorkerGroup group;
    private final ShareConsumerFactory<String, byte[]> consumers;
    private final ExecutionSlots slots;
    private final WorkerTraces traces;
    private volatile @Nullable ShareConsumer<String, byte[]> asking;
    private volatile boolean closed;

    public ExecutionListener(
            WorkerGroup group,
            ShareConsumerFactory<String, byte[]> consumers,
            ExecutionSlots slots,
            WorkerTraces traces) {
        this.group = group;
        this.consumers = consumers;
        this.slots = slots;
        this.traces = traces;
    }

    /** Listens until it is closed or interrupted. Trouble with Kafka does not end it: the sweep works meanwhile. */
    @Override
    public void run() {
        while (!closed && !Thread.currentThread().isInterrupted()) {
            try (var consumer = consumers.createShareConsumer(WorkerGroup.NAME, "worker")) {
                asking = consumer;
                group.configure();
                consumer.subscribe(List.of(Topics.REQUESTED));
                listen(consumer);
            } catch (InterruptedException | WakeupException | InterruptException e) {
                return;
            } catch (RuntimeException e) {
                LOG.warn("lost the connection to topic {}, trying again: {}", Topics.REQUESTED, e.toString());
                pause();
            }
        }
    }

    private void listen(ShareConsumer<String, byte[]> consumer) throws InterruptedException {
        while (!closed) {
            if (!slots.awaitFree(POLL)) {
                continue;
            }
            var records = consumer.poll(POLL);
            for (var record : records) {
                consumer.acknowledge(record, hear(record));
            }
            if (!records.isEmpty()) {
                consumer.commitSync();
            }
        }
    }

    private AcknowledgeType hear(ConsumerRecord<String, byte[]> record) {
        var request = record.value() == null
                ? null
                : ExecutionRequested.parse(record.value()).orElse(null);
        if (request == null) {
            LOG.warn("dropped an unknown message at {}-{}", record.partition(), record.offset());
            return AcknowledgeType.REJECT;
        }
        try (var work = traces.heard(place(record))) {
            var rung = slots.ring();
            work.with("kiln.rung", Boolean.toString(rung));
            return rung ? AcknowledgeType.ACCEPT : AcknowledgeType.RELEASE;
        }
    }

    private static Optional<TraceParent> place(ConsumerRecord<String, byte[]> record) {
        return Optional.ofNullable(record.headers().lastHeader(TraceParent.HEADER))
                .flatMap(header -> TraceParent.parse(new String(header.value(), StandardCharsets.ISO_8859_1)));
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_AFTER_TROUBLE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends listening within a poll's time, without an interrupt, which Kafka's client would report as an error. */
    @Override
    public void close() {
        closed = true;
        var consumer = asking;
        if (consumer != null) {
            consumer.wakeup();
        }
    }
}
