package dev.kiln.testing;

import dev.kiln.embedded.EmbeddedKafka;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;
import org.testcontainers.kafka.KafkaContainer;

/** How to connect to the broker. */
public record TestKafka(String bootstrapServers) {

    /** Creates a topic if it does not exist; the broker does not create topics on its own. */
    public void createTopic(String name, int partitions) {
        Map<String, Object> settings = Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        try (var admin = Admin.create(settings)) {
            var topic = new NewTopic(name, Optional.of(partitions), Optional.empty());
            admin.createTopics(List.of(topic)).all().get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IllegalStateException("topic " + name + " could not be made", e);
            }
        } catch (TimeoutException e) {
            throw new IllegalStateException("the broker did not answer within a minute", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while topic " + name + " was being made", e);
        }
    }

    static TestKafka start(ServerKind kind) {
        return kind == ServerKind.CONTAINERS ? inContainer() : embedded();
    }

    @SuppressWarnings("resource") // Testcontainers' reaper removes it
    private static TestKafka inContainer() {
        var container = new KafkaContainer("apache/kafka:4.3.1")
                .withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
                .withEnv("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0")
                .withEnv("KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR", "1")
                .withEnv("KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR", "1");
        container.start();
        return new TestKafka(container.getBootstrapServers());
    }

    private static TestKafka embedded() {
        try {
            var kafka = EmbeddedKafka.start(TestDirectories.create("kafka"), 0);
            TestDirectories.closeAtExit(kafka);
            return new TestKafka(kafka.bootstrapServers());
        } catch (IOException e) {
            throw new UncheckedIOException("embedded Kafka did not start", e);
        }
    }
}
