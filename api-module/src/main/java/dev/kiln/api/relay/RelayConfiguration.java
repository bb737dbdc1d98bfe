package dev.kiln.api.relay;

import dev.kiln.message.Topics;
import dev.kiln.trace.Tracing;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The relay and the topics that it publishes to. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(RelayConfiguration.RelaySettings.class)
class RelayConfiguration {

    /**
     * Settings {@code kiln.relay.*}.
     *
     * @param pollEvery how often the relay looks for events that other processes have committed
     * @param partitions partitions of the topic of events, if this process makes it
     */
    @ConfigurationProperties("kiln.relay")
    record RelaySettings(
            @DefaultValue("200ms") Duration pollEvery,
            @DefaultValue("4") int partitions) {}

    // The requests have always one partition: the members of a share group divide partitions among themselves, and with
    // two or more a busy worker would keep its partition's messages from a free one (docs/adr/0002).
    @Bean
    RelayTopics relayTopics(KafkaAdmin broker, RelaySettings settings) {
        return new RelayTopics(
                broker.getConfigurationProperties(),
                List.of(
                        TopicBuilder.name(Topics.REQUESTED).partitions(1).build(),
                        TopicBuilder.name(Topics.EVENTS)
                                .partitions(settings.partitions())
                                .build()));
    }

    @Bean
    Outbox outbox(JdbcClient jdbc) {
        return new Outbox(jdbc);
    }

    @Bean
    TracedMessages tracedMessages(KafkaTemplate<String, byte[]> kafka, Tracing tracing) {
        return new TracedMessages(kafka, tracing);
    }

    @Bean
    EventRelay eventRelay(
            Outbox outbox,
            TracedMessages messages,
            RelayTopics topics,
            PlatformTransactionManager transactions,
            RelaySettings settings) {
        return new EventRelay(outbox, messages, topics, new TransactionTemplate(transactions), settings.pollEvery());
    }
}
