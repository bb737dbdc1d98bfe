package dev.kiln.standalone;

import dev.kiln.cli.AccessKey;
import dev.kiln.embedded.EmbeddedKafka;
import dev.kiln.embedded.EmbeddedPostgres;
import dev.kiln.embedded.FreePort;
import dev.kiln.message.Topics;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/** A whole Kiln: embedded PostgreSQL and Kafka, the API in this JVM, and worker processes. */
final class Kiln implements Closeable {

    private final KilnSettings settings;
    private final DataDirectory data;
    private final Console console;
    private final AccessKey rootKey;
    private final boolean madeRootKey;
    private final List<WorkerProcess> workers = new CopyOnWriteArrayList<>();
    private final Started<EmbeddedPostgres> postgres = new Started<>();
    private final Started<EmbeddedKafka> kafka = new Started<>();
    private final Started<ApiServer> api = new Started<>();
    private final Started<LogRotation> logs = new Started<>();
    private volatile boolean closed;

    /** Locks the directory; fails when another Kiln uses it. */
    Kiln(KilnSettings settings, Path directory, Console console) throws IOException {
        this.settings = settings;
        this.console = console;
        this.data = DataDirectory.open(directory);
        this.madeRootKey = settings.rootKey().isEmpty() && !data.hasRootKey();
        this.rootKey = settings.rootKey().isPresent() ? settings.rootKey().get() : data.rootKey();
    }

    AccessKey rootKey() {
        return rootKey;
    }

    /** Whether the root account's key was made by this start. */
    boolean madeRootKey() {
        return madeRootKey;
    }

    Path rootKeyFile() {
        return data.rootKeyFile();
    }

    /** Starts everything, and returns when every part answers. */
    void start() throws Exception {
        FreePort.check(settings.host(), settings.port());
        logs.set(LogRotation.of(appendedLogs(), console));
        var threads = Executors.newCachedThreadPool();
        try {
            startServers(threads);
            startApplications(threads);
        } finally {
            threads.shutdown();
        }
    }

    /** Stops everything, each part before those that it needs. */
    @Override
    public void close() {
        closed = true;
        // All at once: a worker asked later would adopt what the ones before gave up.
        workers.forEach(WorkerProcess::askToEnd);
        closeAll(workers);
        closeAll(List.of(api, kafka, postgres, logs));
        closeAll(List.of(data));
    }

    /** The logs of other processes; the API and the broker log from this process and rotate their logs themselves. */
    private List<Path> appendedLogs() throws IOException {
        var appended = new ArrayList<>(List.of(data.log("postgres")));
        for (var number = 1; number <= settings.workers(); number++) {
            appended.add(data.log("worker-" + number));
        }
        return appended;
    }

    private void startServers(ExecutorService threads) throws Exception {
        var database = threads.submit(() -> console.timed("PostgreSQL answers", this::startPostgres));
        var broker = threads.submit(() -> console.timed("Kafka answers", this::startKafka));
        await(List.of(database, broker));
    }

    /** Migrates the database first, since workers refuse one that is not migrated; then starts everything at once. */
    private void startApplications(ExecutorService threads) throws Exception {
        var shared = sharedProperties();
        var starts = new ArrayList<Future<?>>();
        starts.add(threads.submit(() -> console.timed("API answers", () -> startApi(shared))));
        for (var number = 1; number <= settings.workers(); number++) {
            var name = "worker-" + number;
            starts.add(threads.submit(() -> console.timed(name + " is ready", () -> startWorker(name, shared))));
        }
        await(starts);
    }

    private boolean startPostgres() throws IOException {
        var started = EmbeddedPostgres.start(
                new EmbeddedPostgres.Settings(data.postgres(), 0, settings.durable(), data.log("postgres")));
        postgres.set(started);
        started.supervise(said -> console.say("  ! " + said));
        Flyway.configure()
                .dataSource(started.url(), EmbeddedPostgres.USER, started.password())
                .load()
                .migrate();
        return true;
    }

    private boolean startKafka() throws IOException {
        EmbeddedKafka.survive(said -> console.say("  ! " + said));
        var started = EmbeddedKafka.start(data.kafka(), 0);
        kafka.set(started);
        // The API would create it too, but the workers start at the same time and listen at once.
        started.createTopic(Topics.REQUESTED, 1);
        return true;
    }

    private boolean startApi(Map<String, String> shared) throws IOException {
        var properties = new HashMap<>(shared);
        properties.put("server.port", Integer.toString(settings.port()));
        properties.put("server.address", settings.host());
        properties.put("kiln.secrets-key", data.secretsKey());
        properties.put("kiln.root.access-key-id", rootKey.id());
        properties.put("kiln.root.access-key-secret", rootKey.secret());
        api.set(ApiServer.start(properties, settings.url()));
        return true;
    }

    private boolean startWorker(String name, Map<String, String> shared) throws IOException {
        var properties = new HashMap<>(shared);
        properties.put("spring.main.banner-mode", "off");
        // The API's web server is on the class path too.
        properties.put("spring.main.web-application-type", "none");
        properties.put("kiln.secrets-key", data.secretsKey());
        properties.put("kiln.worker.name", name);
        properties.put("kiln.worker.ready-file", data.readyFile(name).toString());
        properties.put("kiln.engine.directory", data.work().toString());
        // All workers stop together: there is no worker to hand over to.
        properties.put("kiln.worker.drain-grace", "0s");
        var worker = WorkerProcess.launch(name, properties, data, console);
        workers.add(worker);
        if (closed) {
            worker.close();
            throw new IOException("Kiln was stopped while it was starting");
        }
        worker.await();
        return true;
    }

    /** The settings on which the API and the workers must agree. */
    private Map<String, String> sharedProperties() throws IOException {
        var database = postgres.get();
        var properties = new LinkedHashMap<String, String>();
        properties.put("spring.datasource.url", database.url());
        properties.put("spring.datasource.username", EmbeddedPostgres.USER);
        properties.put("spring.datasource.password", database.password());
        properties.put("spring.kafka.bootstrap-servers", kafka.get().bootstrapServers());
        var number = 0;
        for (var region : KilnSettings.REGIONS) {
            properties.put("kiln.regions[" + number + "].id", region.value());
            properties.put(
                    "kiln.regions[" + number + "].directory",
                    data.region(region).toString());
            var bucket = "kiln-" + region;
            properties.put("kiln.buckets[" + number + "].name", bucket);
            properties.put("kiln.buckets[" + number + "].region", region.value());
            properties.put(
                    "kiln.buckets[" + number + "].directory",
                    data.bucket(bucket).toString());
            number++;
        }
        return properties;
    }

    /** Waits for all starts, and then throws the first failure: parts that did start can then be stopped. */
    private static void await(List<Future<?>> starts) throws Exception {
        @Nullable Exception first = null;
        for (var start : starts) {
            try {
                start.get();
            } catch (ExecutionException e) {
                if (first == null) {
                    first = e.getCause() instanceof Exception cause ? cause : e;
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private void closeAll(List<? extends Closeable> parts) {
        for (var part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                console.say("  ! " + e.getMessage());
            }
        }
    }
}
