package dev.kiln.api.relay;

import dev.kiln.trace.TraceParent;
import dev.kiln.trace.TracedWork;
import dev.kiln.trace.Tracing;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.springframework.kafka.core.KafkaTemplate;

/** Sends messages with their place in a trace, in the header where receivers look for it. */
final class TracedMessages {

    private final KafkaTemplate<String, byte[]> kafka;
    private final Tracing tracing;

    TracedMessages(KafkaTemplate<String, byte[]> kafka, Tracing tracing) {
        this.kafka = kafka;
        this.tracing = tracing;
    }

    /** Whether tracing is on; otherwise a message's place in a trace need not be looked up. */
    boolean traced() {
        return tracing.isOn();
    }

    /** Sends a message, at that place in a trace. */
    CompletableFuture<?> tell(String topic, String key, byte[] message, Optional<TraceParent> place) {
        return send(topic, key, message, place);
    }

    /** Sends a message for the workers; the sending is a span of its own, until the broker acknowledges. */
    CompletableFuture<?> ring(String topic, String key, byte[] message, Optional<TraceParent> place) {
        if (place.isEmpty()) {
            return send(topic, key, message, place);
        }
        var work = tracing.begin(TracedWork.Kind.PRODUCER, "publish request", place)
                .with("messaging.system", "kafka")
                .with("messaging.destination.name", topic);
        return send(topic, key, message, work.place().or(() -> place)).whenComplete((sent, trouble) -> {
            if (trouble != null) {
                work.failed(trouble.toString());
            }
            work.close();
        });
    }

    private CompletableFuture<?> send(String topic, String key, byte[] message, Optional<TraceParent> place) {
        var sent = new ProducerRecord<>(topic, key, message);
        place.ifPresent(
                known -> sent.headers().add(TraceParent.HEADER, known.header().getBytes(StandardCharsets.US_ASCII)));
        return kafka.send(sent);
    }
}
