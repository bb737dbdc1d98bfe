package dev.kiln.bench.system;

import dev.kiln.api.ApiApplication;
import dev.kiln.bench.system.DatabaseServer.Database;
import dev.kiln.cli.AccessKey;
import dev.kiln.cli.SignedClient;
import dev.kiln.embedded.FreePort;
import dev.kiln.standalone.BrokerProcess;
import dev.kiln.standalone.JavaLaunch;
import dev.kiln.worker.WorkerApplication;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A Kiln of real processes as in production: a broker, one API, and workers. */
public final class KilnSystem implements Closeable {

    /** The region of all templates. */
    public static final String REGION = "cn-hangzhou";

    private static final AccessKey ROOT = new AccessKey("LTAIbench", "secret-of-the-root-account-of-a-bench-run");

    private final Path directory;
    private final Programs programs;
    private final Database database;
    private final int slots;
    private final int apiPort;
    private final int brokerPort;
    private final List<JavaProgram> running = new ArrayList<>();
    private final List<JavaProgram> workers = new ArrayList<>();

    /**
     * Does not start anything yet.
     *
     * @param directory used only by this system
     * @param slots slots of each worker
     */
    public KilnSystem(Path directory, Programs programs, Database database, int slots) throws IOException {
        this(directory, programs, database, slots, FreePort.any());
    }

    private KilnSystem(Path directory, Programs programs, Database database, int slots, int brokerPort)
            throws IOException {
        this.directory = Files.createDirectories(directory);
        this.programs = programs;
        this.database = database;
        this.slots = slots;
        this.apiPort = FreePort.any();
        this.brokerPort = brokerPort;
    }

    /** A system with its own database and this one's broker, for measurements that publish nothing. */
    public KilnSystem another(Path otherDirectory, Database otherDatabase) throws IOException {
        return new KilnSystem(otherDirectory, programs, otherDatabase, slots, brokerPort);
    }

    /** Starts everything, and returns when every part answers. */
    public KilnSystem start(int workerCount) throws IOException, InterruptedException {
        startBroker();
        startApi(List.of());
        for (var number = 0; number < workerCount; number++) {
            startWorker(List.of());
        }
        return this;
    }

    /** Starts the broker. */
    public void startBroker() throws IOException, InterruptedException {
        var ready = directory.resolve("broker.ready");
        var main = List.of(
                "-Dlogback.configurationFile=logback-bench.xml",
                BrokerProcess.class.getName(),
                directory.resolve("kafka").toString(),
                Integer.toString(brokerPort),
                ready.toString());
        var classPath = System.getProperty("java.class.path");
        var broker = started(new JavaLaunch(options(), main, classPath, Map.of(), log("broker")));
        Readiness.file(broker, ready);
    }

    /** Starts the API with additional options for the virtual machine, and returns when it answers. */
    public JavaProgram startApi(List<String> more) throws IOException, InterruptedException {
        var properties = shared();
        properties.put("server.port", Integer.toString(apiPort));
        properties.put("server.address", "127.0.0.1");
        properties.put("kiln.secrets-key", Base64.getEncoder().encodeToString(new byte[32]));
        properties.put("kiln.root.access-key-id", ROOT.id());
        properties.put("kiln.root.access-key-secret", ROOT.secret());
        // Here one account causes all the load.
        properties.put("kiln.throttle.per-second", "0");
        properties.put("kiln.quota.templates", "0");
        var main = List.of(ApiApplication.class.getName());
        var classPath = programs.classPath("api", "worker");
        var launch = new JavaLaunch(options(), main, classPath, JavaLaunch.settings(properties), log("api"));
        var api = started(launch.with(more));
        Readiness.health(api, url());
        return api;
    }

    /** Starts one more worker, and returns when it takes work. */
    public JavaProgram startWorker(List<String> more) throws IOException, InterruptedException {
        var name = "worker-" + (workers.size() + 1);
        var ready = directory.resolve(name + ".ready");
        Files.deleteIfExists(ready);
        var properties = shared();
        properties.put("spring.main.web-application-type", "none");
        properties.put("kiln.worker.name", name);
        properties.put("kiln.worker.slots", Integer.toString(slots));
        properties.put("kiln.worker.ready-file", ready.toString());
        properties.put("kiln.engine.directory", directory.resolve("engine").toString());
        var main = List.of(WorkerApplication.class.getName());
        var classPath = programs.classPath("worker", "api");
        var launch = new JavaLaunch(options(), main, classPath, JavaLaunch.settings(properties), log(name));
        var worker = started(launch.with(more));
        workers.add(worker);
        Readiness.file(worker, ready);
        return worker;
    }

    /** Ends one of its processes. */
    public void stop(JavaProgram program) {
        program.close();
        running.remove(program);
        workers.remove(program);
    }

    private JavaProgram started(JavaLaunch launch) throws IOException {
        var program = new JavaProgram(launch);
        running.add(program);
        return program;
    }

    private Map<String, String> shared() throws IOException {
        var properties = new LinkedHashMap<String, String>();
        properties.put("spring.datasource.url", database.url());
        properties.put("spring.datasource.username", database.user());
        properties.put("spring.datasource.password", database.password());
        properties.put("spring.kafka.bootstrap-servers", "127.0.0.1:" + brokerPort);
        properties.put("spring.main.banner-mode", "off");
        properties.put("logging.level.root", "warn");
        properties.put("kiln.regions[0].id", REGION);
        var region = Files.createDirectories(directory.resolve("region"));
        properties.put("kiln.regions[0].directory", region.toString());
        return properties;
    }

    /**
     * The options of ./kiln up for its workers, without -Xshare:auto: that is the default, and excludes making a cache.
     */
    private static List<String> options() {
        return List.of("-Xms40m", "-Xmx256m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED");
    }

    private Path log(String name) {
        return directory.resolve(name + ".log");
    }

    /** The address of the API. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + apiPort);
    }

    /** A client that signs as the root account. */
    public SignedClient client() {
        return new SignedClient(url(), ROOT);
    }

    public Database database() {
        return database;
    }

    public Path directory() {
        return directory;
    }

    @Override
    public void close() {
        for (var number = running.size() - 1; number >= 0; number--) {
            running.get(number).close();
        }
    }
}
