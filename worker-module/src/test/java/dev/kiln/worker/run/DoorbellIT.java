package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.message.ExecutionRequested;
import dev.kiln.message.Topics;
import dev.kiln.template.TemplateId;
import dev.kiln.testing.TestServers;
import dev.kiln.trace.Tracing;
import dev.kiln.worker.intake.ExecutionListener;
import dev.kiln.worker.intake.WorkerGroup;
import dev.kiln.worker.metric.WorkerTraces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.core.DefaultShareConsumerFactory;

/** Messages on a real broker: whatever they are, they cost time at most. No sweep runs here. */
class DoorbellIT {

    private final GatedEngine engine = new GatedEngine();
    private final List<ExecutionListener> listeners = new ArrayList<>();
    private Rig rig;
    private KafkaProducer<String, byte[]> producer;

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig();
        TestServers.kafka().createTopic(Topics.REQUESTED, 1);
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", TestServers.kafka().bootstrapServers()),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    @AfterEach
    void end() {
        engine.open();
        listeners.forEach(ExecutionListener::close);
        producer.close();
        rig.close();
    }

    @Test
    void aMessageStartsTheWorkAndADoubleOneDoesNotStartItTwice() {
        listen(rig.worker(engine, 2));
        var template = rig.template("");
        var execution = rig.start(template);

        ring(execution, template);
        ring(execution, template);
        rig.await(execution, ExecutionStatus.SUCCESS);
        ring(execution, template);
        var other = rig.template("");
        var next = rig.start(other);
        ring(next, other);
        rig.await(next, ExecutionStatus.SUCCESS);

        assertThat(engine.builds).hasValue(2);
        rig.guaranteesHold();
    }

    @Test
    void rubbishIsDroppedAndTheNextMessageIsHeard() {
        listen(rig.worker(engine, 1));
        send("no json");
        send("{\"schemaVersion\":99,\"executionId\":\"exec-1\"}");
        send("{}");
        var unused = producer.send(new ProducerRecord<>(Topics.REQUESTED, "key", null));
        var template = rig.template("");
        var execution = rig.start(template);

        ring(execution, template);

        rig.await(execution, ExecutionStatus.SUCCESS);
        rig.guaranteesHold();
    }

    @Test
    void aBusyWorkerLeavesMessagesToAFreeOne() {
        engine.close();
        var busy = rig.worker(engine, 1);
        listen(busy);
        var template = rig.template("");
        var held = rig.start(template);
        ring(held, template);
        Awaitility.await().until(() -> engine.builds.get() == 1);

        var others = new ArrayList<ExecutionId>();
        for (var i = 0; i < 6; i++) {
            var another = rig.template("");
            others.add(rig.start(another));
            ring(others.get(i), another);
        }
        var free = new GatedEngine();
        listen(rig.worker(free, 1));

        others.forEach(each -> rig.await(each, ExecutionStatus.SUCCESS));
        assertThat(free.builds).hasValue(6);
        assertThat(rig.status(held)).isEqualTo(ExecutionStatus.BUILDING);
        engine.open();
        rig.await(held, ExecutionStatus.SUCCESS);
        rig.guaranteesHold();
    }

    private void listen(ExecutionSlots slots) {
        var consumers = new DefaultShareConsumerFactory<String, byte[]>(Map.of(
                "bootstrap.servers",
                TestServers.kafka().bootstrapServers(),
                "share.acknowledgement.mode",
                "explicit",
                "share.acquire.mode",
                "record_limit",
                "max.poll.records",
                1));
        consumers.setKeyDeserializer(new StringDeserializer());
        consumers.setValueDeserializer(new ByteArrayDeserializer());
        var group =
                new WorkerGroup(Map.of("bootstrap.servers", TestServers.kafka().bootstrapServers()));
        var listener = new ExecutionListener(group, consumers, slots, new WorkerTraces(Tracing.OFF));
        listeners.add(listener);
        new Thread(listener, "listener").start();
    }

    private void ring(ExecutionId execution, TemplateId template) {
        var unused = producer.send(new ProducerRecord<>(
                Topics.REQUESTED, template.value(), new ExecutionRequested(execution, template).toJson()));
    }

    private void send(String message) {
        var unused =
                producer.send(new ProducerRecord<>(Topics.REQUESTED, "key", message.getBytes(StandardCharsets.UTF_8)));
    }
}
