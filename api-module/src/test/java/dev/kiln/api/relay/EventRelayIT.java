package dev.kiln.api.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.account.AccountId;
import dev.kiln.embedded.EmbeddedKafka;
import dev.kiln.embedded.FreePort;
import dev.kiln.execution.Advance;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Executions;
import dev.kiln.image.ImageId;
import dev.kiln.message.ExecutionRequested;
import dev.kiln.message.Topics;
import dev.kiln.template.TemplateId;
import dev.kiln.testing.TestServers;
import dev.kiln.trace.Tracing;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The relay with a broker of its own, which comes and goes. */
class EventRelayIT {

    private static final AccountId OWNER = new AccountId(1001);

    @TempDir
    private Path directory;

    // One source for both, or the relay's statements would not be in its transaction.
    private final DataSource database = TestServers.freshDatabase().dataSource();
    private final JdbcClient jdbc = JdbcClient.create(database);
    private final Executions executions = new Executions(jdbc);
    private final List<AutoCloseable> opened = new ArrayList<>();
    private int port;
    private EmbeddedKafka broker;

    @BeforeEach
    void begin() throws IOException {
        port = FreePort.any();
        broker = EmbeddedKafka.start(directory.resolve("kafka"), port);
        jdbc.sql("insert into account (id, name) values (1001, 'owner')").update();
    }

    @AfterEach
    void end() throws Exception {
        for (var each : opened) {
            each.close();
        }
        broker.close();
    }

    @Test
    void eachChangeOfStatusIsPublishedOnceInOrderAndTheStartRingsTheWorkers() {
        startRelay();
        var execution = start(1);
        advance(execution);

        var events = read(Topics.EVENTS, 2);

        assertThat(events)
                .extracting(event -> event.at("/data/sequence").asInt())
                .containsExactly(1, 2);
        for (var event : events) {
            assertThat(PublishedSchema.violations("event", event)).isEmpty();
        }
        assertThat(events)
                .extracting(event -> event.at("/type").asString())
                .containsExactly("dev.kiln.execution.preparing", "dev.kiln.execution.building");
        assertThat(events.get(0).at("/specversion").asString()).isEqualTo("1.0");
        assertThat(events.get(0).at("/subject").asString()).isEqualTo(execution.value());
        assertThat(records(Topics.REQUESTED, 1))
                .singleElement()
                .satisfies(record -> assertThat(ExecutionRequested.parse(record.value()))
                        .contains(new ExecutionRequested(execution, template(1))));
        assertThat(PublishedSchema.violations(
                        "requested",
                        new JsonMapper().readTree(new ExecutionRequested(execution, template(1)).toJson())))
                .isEmpty();
        awaitNothingUnpublished();
    }

    @Test
    void whatOneProcessCommittedAndDidNotPublishAnotherPublishes() {
        var dead = startRelay();
        awaitTopics();
        dead.stop();
        var execution = start(1);

        startRelay();

        assertThat(read(Topics.EVENTS, 1).get(0).at("/subject").asString()).isEqualTo(execution.value());
        awaitNothingUnpublished();
    }

    @Test
    void twoRelaysPublishEverythingOnce() {
        startRelay();
        startRelay();
        for (var i = 1; i <= 20; i++) {
            start(i);
        }
        awaitNothingUnpublished();

        assertThat(read(Topics.EVENTS, 20))
                .hasSize(20)
                .extracting(event -> event.at("/id").asString())
                .doesNotHaveDuplicates();
    }

    @Test
    void whileTheBrokerIsAwayStartsAreRecordedAndPublishedWhenItIsBack() throws IOException {
        startRelay();
        start(1);
        awaitNothingUnpublished();
        broker.close();

        start(2);
        start(3);
        broker = EmbeddedKafka.start(directory.resolve("kafka"), port);

        awaitNothingUnpublished();
        assertThat(read(Topics.EVENTS, 3).stream()
                        .map(event -> event.at("/id").asString())
                        .distinct())
                .hasSize(3);
    }

    /** As of a database that is full, or only reads. */
    @Test
    void whatCannotBeMarkedIsNotSentAgainAndAgain() {
        jdbc.sql("create sequence marking").update();
        jdbc.sql("create function refuse() returns trigger language plpgsql as $$ begin"
                        + " perform nextval('marking'); raise exception 'no room'; end $$")
                .update();
        jdbc.sql("create trigger refuse before update on execution_event for each row execute function refuse()")
                .update();
        start(1);
        startRelay();
        Awaitility.await()
                .until(() -> jdbc.sql("select last_value from marking")
                                .query(Integer.class)
                                .single()
                        > 3);

        assertThat(read(Topics.EVENTS, 1)).hasSize(1);

        jdbc.sql("drop trigger refuse on execution_event").update();
        awaitNothingUnpublished();
    }

    /** As an older release has written it: the broker takes no record of more than 1 MiB. */
    @Test
    void anEventThatIsTooLongForTheBrokerIsCutAndHoldsUpNoOther() {
        start(1);
        jdbc.sql("update execution_event set message = 'begins ' || repeat('€', 2000000)")
                .update();
        start(2);
        startRelay();

        var events = read(Topics.EVENTS, 2);

        assertThat(events.get(0).at("/data/message").asString())
                .startsWith("begins €")
                .hasSizeLessThan(40_000);
        assertThat(events.get(1).at("/data/message").asString()).isEqualTo("accepted");
        awaitNothingUnpublished();
    }

    @Test
    void aTopicThatIsThereKeepsItsPartitionsSinceMoreWouldBreakTheOrderWithinATemplate() throws Exception {
        topics(1).makeMissing();
        topics(3).makeMissing();
        try (var admin = Admin.create(Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()))) {
            var made =
                    admin.describeTopics(List.of(Topics.EVENTS)).allTopicNames().get();
            assertThat(made.get(Topics.EVENTS).partitions()).hasSize(1);
        }
    }

    @Test
    void theHistoryOfADeletedTemplateIsPublishedAndThenGone() {
        start(1);
        jdbc.sql("delete from template").update();

        startRelay();

        assertThat(read(Topics.EVENTS, 1)).hasSize(1);
        Awaitility.await()
                .untilAsserted(() -> assertThat(jdbc.sql("select count(*) from execution_event")
                                .query(Integer.class)
                                .single())
                        .isZero());
    }

    private EventRelay startRelay() {
        var producers = new DefaultKafkaProducerFactory<>(
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrapServers(),
                        "acks",
                        "all",
                        "delivery.timeout.ms",
                        5000,
                        "request.timeout.ms",
                        2000,
                        "max.block.ms",
                        2000,
                        "linger.ms",
                        0),
                new StringSerializer(),
                new ByteArraySerializer());
        var relay = new EventRelay(
                new Outbox(jdbc),
                new TracedMessages(new KafkaTemplate<>(producers), Tracing.OFF),
                topics(1),
                new TransactionTemplate(new JdbcTransactionManager(database)),
                Duration.ofMillis(50));
        relay.start();
        opened.add(relay::stop);
        opened.add(producers::destroy);
        return relay;
    }

    private RelayTopics topics(int partitions) {
        return new RelayTopics(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                List.of(
                        TopicBuilder.name(Topics.REQUESTED).partitions(1).build(),
                        TopicBuilder.name(Topics.EVENTS).partitions(partitions).build()));
    }

    private void awaitTopics() {
        assertThat(records(Topics.EVENTS, 0)).isEmpty();
    }

    private static TemplateId template(int number) {
        return new TemplateId("ip-%020d".formatted(number));
    }

    private ExecutionId start(int number) {
        jdbc.sql("""
                        insert into template (id, account_id, region_id, name, base_image_type, base_image)
                        values (:id, 1001, 'cn-one', 'golden', 'IMAGE', 'm-base')
                        """).param("id", template(number).value()).update();
        return executions
                .start(
                        new ExecutionId("exec-%020d".formatted(number)),
                        new ImageId("m-" + number),
                        template(number),
                        OWNER,
                        List.of(),
                        Optional.empty())
                .orElseThrow();
    }

    private void advance(ExecutionId execution) {
        var attempt = executions.claim(jdbc, execution, "worker", "somewhere").orElseThrow();
        executions.advance(attempt, Advance.to(ExecutionStatus.BUILDING, "checked"));
    }

    private void awaitNothingUnpublished() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> assertThat(jdbc.sql("select count(*) from execution_event where published_at is null")
                                        .query(Integer.class)
                                        .single())
                                .isZero());
    }

    private List<JsonNode> read(String topic, int count) {
        var json = new JsonMapper();
        return records(topic, count).stream()
                .map(record -> json.readTree(record.value()))
                .toList();
    }

    private static boolean isAtTheEnd(KafkaConsumer<?, ?> consumer) {
        return consumer.endOffsets(consumer.assignment()).entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    /** All records that the topic has, from its beginning; waits until they are at least so many. */
    private List<ConsumerRecord<String, byte[]>> records(String topic, int count) {
        Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            var partition = List.of(new TopicPartition(topic, 0));
            consumer.assign(partition);
            consumer.seekToBeginning(partition);
            var records = new ArrayList<ConsumerRecord<String, byte[]>>();
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
                return records.size() >= count && isAtTheEnd(consumer);
            });
            return records;
        }
    }
}
