package dev.kiln.faults.inject;

import dev.kiln.execution.ExecutionId;
import dev.kiln.faults.cluster.Cluster;
import dev.kiln.faults.load.Ledger;
import dev.kiln.message.ExecutionRequested;
import dev.kiln.message.Topics;
import dev.kiln.template.TemplateId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Messages that are duplicated, late or about ended executions, and messages that cannot be parsed. */
public final class MessageFaults {

    private static final int MESSAGES = 12;

    private final Cluster cluster;
    private final Ledger ledger;

    public MessageFaults(Cluster cluster, Ledger ledger) {
        this.cluster = cluster;
        this.ledger = ledger;
    }

    Fault repeated(SplittableRandom random) {
        var own = random.split();
        return new Fault(FaultKind.REPEATED_MESSAGES, Topics.REQUESTED, 0, () -> publish(own), Fault.Step::none);
    }

    /** Publishes requests for the executions started last. */
    public void publish(SplittableRandom random) throws InterruptedException {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", cluster.bootstrapServers(), "max.block.ms", 3000, "acks", "1");
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
            for (var message : messages(random)) {
                var unused = producer.send(new ProducerRecord<>(Topics.REQUESTED, message));
                TimeUnit.MILLISECONDS.sleep(random.nextInt(400));
            }
        }
    }

    private List<byte[]> messages(SplittableRandom random) {
        var messages = new ArrayList<byte[]>();
        messages.add("no message".getBytes(StandardCharsets.UTF_8));
        var started = ledger.started();
        while (!started.isEmpty() && messages.size() < MESSAGES) {
            var recent = started.size() - 1 - random.nextInt(Math.min(started.size(), 12));
            var execution = new ExecutionId(started.get(recent));
            // The template is only for people, so any will do.
            messages.add(new ExecutionRequested(execution, new TemplateId("ip-00000000000000000000")).toJson());
        }
        return messages;
    }
}
