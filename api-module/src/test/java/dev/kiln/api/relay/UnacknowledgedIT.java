package dev.kiln.api.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.account.AccountId;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.Executions;
import dev.kiln.image.ImageId;
import dev.kiln.template.TemplateId;
import dev.kiln.testing.TestServers;
import dev.kiln.trace.Tracing;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.support.SendResult;
import org.springframework.transaction.support.TransactionTemplate;

/** The relay with a broker that says what became of a message when the test wants it to. */
class UnacknowledgedIT {

    private final DataSource database = TestServers.freshDatabase().dataSource();
    private final JdbcClient jdbc = JdbcClient.create(database);
    private final HeldKafka kafka = new HeldKafka();

    /** A message that waits for its acknowledgement. */
    private record Sent(ProducerRecord<String, byte[]> message, CompletableFuture<SendResult<String, byte[]>> answer) {

        void acknowledge() {
            var where = new TopicPartition(message.topic(), 0);
            answer.complete(new SendResult<>(message, new RecordMetadata(where, 0, 0, 0, 0, 0)));
        }
    }

    private static final class HeldKafka extends KafkaTemplate<String, byte[]> {

        private final BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();

        HeldKafka() {
            super(new DefaultKafkaProducerFactory<>(Map.of()));
        }

        @Override
        public CompletableFuture<SendResult<String, byte[]>> send(ProducerRecord<String, byte[]> message) {
            var one = new Sent(message, new CompletableFuture<>());
            sent.add(one);
            return one.answer();
        }

        Sent next() throws InterruptedException {
            return Objects.requireNonNull(sent.poll(1, TimeUnit.MINUTES), "nothing is sent");
        }
    }

    @Test
    void whatTheBrokerHasNotOnDiskIsSentAgainAndMarkedWhenItIs() throws Exception {
        start();
        var relay = relay();
        relay.start();
        try {
            kafka.next().acknowledge();
            kafka.next().answer().completeExceptionally(new IllegalStateException("not on disk"));

            var again = List.of(kafka.next(), kafka.next());
            assertThat(unpublished()).isEqualTo(1);
            again.forEach(Sent::acknowledge);
            Awaitility.await().until(() -> unpublished() == 0);
        } finally {
            relay.stop();
        }
    }

    private EventRelay relay() {
        return new EventRelay(
                new Outbox(jdbc),
                new TracedMessages(kafka, Tracing.OFF),
                new RelayTopics(Map.of(), List.of()),
                new TransactionTemplate(new JdbcTransactionManager(database)),
                Duration.ofMillis(50));
    }

    private void start() {
        jdbc.sql("insert into account (id, name) values (1001, 'owner')").update();
        jdbc.sql("""
                        insert into template (id, account_id, region_id, name, base_image_type, base_image)
                        values ('ip-00000000000000000001', 1001, 'cn-one', 'golden', 'IMAGE', 'm-base')
                        """).update();
        var started = new Executions(jdbc)
                .start(
                        new ExecutionId("exec-%020d".formatted(1)),
                        new ImageId("m-1"),
                        new TemplateId("ip-00000000000000000001"),
                        new AccountId(1001),
                        List.of(),
                        Optional.empty());
        assertThat(started).isPresent();
    }

    private int unpublished() {
        return jdbc.sql("select count(*) from execution_event where published_at is null")
                .query(Integer.class)
                .single();
    }
}
