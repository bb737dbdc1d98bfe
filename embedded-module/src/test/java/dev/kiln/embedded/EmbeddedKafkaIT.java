package dev.kiln.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class EmbeddedKafkaIT {

    private static final String TOPIC = "clay";

    @TempDir
    private Path directory;

    @Test
    void keepsMessagesOverARestart() throws Exception {
        try (var kafka = EmbeddedKafka.start(directory, 0)) {
            kafka.createTopic(TOPIC, 2);
            kafka.createTopic(TOPIC, 2);
            send(kafka, "fired");
        }
        try (var kafka = EmbeddedKafka.start(directory, 0);
                var consumer =
                        new KafkaConsumer<>(consuming(kafka), new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(TOPIC));
            assertThat(firstOf(consumer::poll)).isEqualTo("fired");
        }
    }

    @Test
    void servesShareGroups() throws Exception {
        try (var kafka = EmbeddedKafka.start(directory, 0)) {
            kafka.createTopic(TOPIC, 1);
            var settings = consuming(kafka);
            readFromTheBeginning(kafka, (String) settings.get("group.id"));
            settings.remove("auto.offset.reset");
            try (var consumer =
                    new KafkaShareConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
                consumer.subscribe(List.of(TOPIC));
                send(kafka, "shared");
                assertThat(firstOf(consumer::poll)).isEqualTo("shared");
            }
        }
    }

    @Test
    void saysWhichPortIsTaken() throws Exception {
        try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> EmbeddedKafka.start(directory, other.getLocalPort()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("taken");
        }
    }

    private static void readFromTheBeginning(EmbeddedKafka kafka, String group) throws Exception {
        var resource = new ConfigResource(ConfigResource.Type.GROUP, group);
        var change =
                new AlterConfigOp(new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET);
        try (var admin = Admin.create(Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.incrementalAlterConfigs(Map.of(resource, List.of(change)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    private static Map<String, Object> consuming(EmbeddedKafka kafka) {
        return new HashMap<>(Map.of(
                "bootstrap.servers",
                kafka.bootstrapServers(),
                "group.id",
                "potters-" + UUID.randomUUID(),
                "auto.offset.reset",
                "earliest"));
    }

    private static void send(EmbeddedKafka kafka, String value) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", kafka.bootstrapServers());
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(TOPIC, value)).get(30, TimeUnit.SECONDS);
        }
    }

    private interface Poll {
        ConsumerRecords<String, String> poll(Duration timeout);
    }

    private static String firstOf(Poll poll) {
        for (var attempt = 0; attempt < 120; attempt++) {
            var records = poll.poll(Duration.ofMillis(500));
            if (!records.isEmpty()) {
                return records.iterator().next().value();
            }
        }
        throw new AssertionError("no message within a minute");
    }
}
