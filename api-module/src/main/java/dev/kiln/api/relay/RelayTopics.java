package dev.kiln.api.relay;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicExistsException;

/** The topics that the relay publishes to. */
final class RelayTopics {

    private static final int PATIENCE_MILLIS = 10_000;

    private final Map<String, Object> broker;
    private final List<NewTopic> topics;

    /** @param broker the properties of an admin client */
    RelayTopics(Map<String, Object> broker, List<NewTopic> topics) {
        this.broker = broker;
        this.topics = topics;
    }

    /**
     * Makes those that are missing. Existing ones stay as they are: with more partitions the events of a template would
     * come to another one, where they could overtake those before them.
     */
    void makeMissing() throws InterruptedException {
        try (var admin = Admin.create(broker)) {
            var options = new CreateTopicsOptions().timeoutMs(PATIENCE_MILLIS);
            for (var made : admin.createTopics(topics, options).values().values()) {
                awaitMade(made);
            }
        }
    }

    private static void awaitMade(KafkaFuture<Void> made) throws InterruptedException {
        try {
            made.get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new KafkaException("the topics cannot be made", e.getCause());
            }
        }
    }
}
