package dev.kiln.embedded;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** A Kafka broker of one node in this JVM, on the loopback address; the directory keeps its data across restarts. */
public final class EmbeddedKafka implements Closeable {

    private static final int NODE = 1;
    private static final long SECONDS_TO_ANSWER = 60;
    private static final long SECONDS_TO_STOP = 30;
    private static final long SECONDS_FOR_A_LOST_ONE = 2;

    // Static like Kafka's exit procedure, which survive() replaces: both belong to the one broker of this JVM.
    private static final AtomicBoolean GAVE_UP = new AtomicBoolean();

    private final DirectoryLock lock;
    private final KafkaRaftServer server;
    private final int port;

    private EmbeddedKafka(DirectoryLock lock, KafkaRaftServer server, int port) {
        this.lock = lock;
        this.server = server;
        this.port = port;
    }

    /**
     * Starts the broker and returns when it answers.
     *
     * @param directory kept across restarts; used by one broker at a time
     * @param port a port of 127.0.0.1, or 0 for any
     */
    public static EmbeddedKafka start(Path directory, int port) throws IOException {
        var lock = DirectoryLock.take(directory);
        try {
            var brokerPort = FreePort.check(port);
            var data = directory.resolve("data");
            format(data);
            var settings = settings(data, brokerPort, FreePort.any());
            var server = new KafkaRaftServer(new KafkaConfig(settings), Time.SYSTEM);
            server.startup();
            return new EmbeddedKafka(lock, server, brokerPort);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /**
     * From now on a broker that gives up, for example because its disk is full, does not end this JVM, which is Kafka's
     * default. It stays down until a new JVM starts it.
     *
     * @param told is called when the broker has given up
     */
    public static void survive(Consumer<String> told) {
        Exit.Procedure givesUp = (status, message) -> {
            if (GAVE_UP.compareAndSet(false, true)) {
                told.accept(
                        "Kafka has given up: is the disk full? Executions go on more slowly, by the looks of workers"
                                + " into the database; make room, then start Kiln again");
            }
        };
        Exit.setHaltProcedure(givesUp);
        Exit.setExitProcedure(givesUp);
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** Creates the topic if it does not exist. */
    public void createTopic(String name, int partitions) throws IOException {
        Map<String, Object> settings = Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers());
        try (var admin = Admin.create(settings)) {
            var topic = new NewTopic(name, Optional.of(partitions), Optional.empty());
            admin.createTopics(List.of(topic)).all().get(SECONDS_TO_ANSWER, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IOException("topic " + name + " could not be made: " + e.getCause(), e);
            }
        } catch (TimeoutException e) {
            throw new IOException("the embedded broker did not answer within " + SECONDS_TO_ANSWER + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while topic " + name + " was being made", e);
        }
    }

    /**
     * Stops the broker, which takes a second or two. One that has given up would take minutes, so it is not stopped.
     */
    @Override
    public void close() throws IOException {
        var stopping = new Thread(
                () -> {
                    server.shutdown();
                    server.awaitShutdown();
                },
                "kafka-stop");
        stopping.setDaemon(true);
        try (lock) {
            stopping.start();
            stopping.join(TimeUnit.SECONDS.toMillis(GAVE_UP.get() ? SECONDS_FOR_A_LOST_ONE : SECONDS_TO_STOP));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A directory that was not formatted completely is formatted again: it cannot hold messages yet. */
    private static void format(Path data) throws IOException {
        if (Files.exists(data.resolve("meta.properties"))) {
            return;
        }
        PostgresBinaries.deleteTree(data);
        Files.createDirectories(data);
        try {
            new Formatter()
                    .setNodeId(NODE)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setDirectories(List.of(data.toString()))
                    .setMetadataLogDirectory(data.toString())
                    .setControllerListenerName("CONTROLLER")
                    .setReleaseVersion(MetadataVersion.latestProduction())
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8))
                    .run();
        } catch (Exception e) {
            throw new IOException("the broker's directory " + data + " could not be formatted: " + e.getMessage(), e);
        }
    }

    private static Properties settings(Path data, int port, int controllerPort) {
        var settings = new Properties();
        settings.putAll(Map.of(
                "process.roles",
                "broker,controller",
                "node.id",
                Integer.toString(NODE),
                "listeners",
                "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort,
                "advertised.listeners",
                "PLAINTEXT://127.0.0.1:" + port,
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "controller.listener.names",
                "CONTROLLER",
                "controller.quorum.voters",
                NODE + "@127.0.0.1:" + controllerPort,
                "log.dirs",
                data.toString(),
                "auto.create.topics.enable",
                "false"));
        settings.putAll(oneNode());
        settings.putAll(modest());
        return settings;
    }

    private static Map<String, String> oneNode() {
        return Map.of(
                "offsets.topic.replication.factor", "1",
                "offsets.topic.num.partitions", "1",
                "transaction.state.log.replication.factor", "1",
                "transaction.state.log.min.isr", "1",
                "transaction.state.log.num.partitions", "1",
                "share.coordinator.state.topic.replication.factor", "1",
                "share.coordinator.state.topic.min.isr", "1",
                "share.coordinator.state.topic.num.partitions", "1",
                "group.initial.rebalance.delay.ms", "0");
    }

    /** Settings for a small broker: the database holds the truth, so messages are needed only for days. */
    private static Map<String, String> modest() {
        return Map.of(
                "log.retention.hours", "72",
                "log.retention.bytes", "268435456",
                "log.segment.bytes", "67108864",
                "log.cleaner.dedupe.buffer.size", "4194304",
                "num.network.threads", "2",
                "num.io.threads", "4",
                "background.threads", "2",
                "num.recovery.threads.per.data.dir", "2");
    }
}
