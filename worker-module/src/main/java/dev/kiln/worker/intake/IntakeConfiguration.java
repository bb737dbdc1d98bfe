package dev.kiln.worker.intake;

import dev.kiln.execution.EndedCancels;
import dev.kiln.worker.metric.WorkerTraces;
import dev.kiln.worker.run.Announcement;
import dev.kiln.worker.run.ExecutionSlots;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.DefaultShareConsumerFactory;
import org.springframework.transaction.support.TransactionTemplate;

/** The doorbell and the sweep. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(KafkaProperties.class)
public class IntakeConfiguration {

    @Bean
    ExecutionListener executionListener(KafkaProperties properties, ExecutionSlots slots, WorkerTraces traces) {
        var settings = properties.buildConsumerProperties();
        // Not for share groups: the broker keeps the position, and each record is acknowledged individually.
        settings.remove(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG);
        settings.remove(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG);
        settings.remove(ConsumerConfig.ISOLATION_LEVEL_CONFIG);
        settings.putAll(Map.of(
                "share.acknowledgement.mode",
                "explicit",
                // One record for each free slot; in the default mode one worker can be handed all waiting records.
                "share.acquire.mode",
                "record_limit",
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                1));
        var consumers = new DefaultShareConsumerFactory<String, byte[]>(settings);
        consumers.setKeyDeserializer(new StringDeserializer());
        consumers.setValueDeserializer(new ByteArrayDeserializer());
        return new ExecutionListener(new WorkerGroup(properties.buildAdminProperties()), consumers, slots, traces);
    }

    @Bean
    OrphanedExecutions orphanedExecutions(
            JdbcClient jdbc, TransactionTemplate transaction, ExecutionSlots slots, Announcement announcement) {
        return new OrphanedExecutions(new EndedCancels(jdbc, transaction), slots, announcement);
    }
}
