package dev.kiln.faults.cluster;

import dev.kiln.api.ApiApplication;
import dev.kiln.cli.AccessKey;
import dev.kiln.cli.SignedClient;
import dev.kiln.embedded.EmbeddedPostgres;
import dev.kiln.embedded.FreePort;
import dev.kiln.faults.wire.Forwarder;
import dev.kiln.faults.wire.Guard;
import dev.kiln.faults.wire.WireWatch;
import dev.kiln.standalone.BrokerProcess;
import dev.kiln.standalone.JavaLaunch;
import dev.kiln.worker.WorkerApplication;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A whole Kiln of real processes; each one reaches the database through its own forwarder. */
public final class Cluster implements Closeable {

    private static final AccessKey ROOT = new AccessKey("LTAIfaults", "secret-of-the-root-account-of-a-fault-run");
    private static final long SECONDS_TO_START = 240;

    private static final int APIS = 2;

    /** An API or worker process, and its network to the database. */
    public record Member(JavaProcess process, Forwarder network) {

        public String name() {
            return process.name();
        }
    }

    private final Path directory;
    private final DatabaseServer database;
    private final RegionDirectories regions;
    private final JavaProcess broker;
    private final int brokerPort;
    private final WireWatch watch = new WireWatch();
    private final List<Member> apis = new ArrayList<>();
    private final List<Member> workers = new ArrayList<>();
    private final List<URI> urls = new ArrayList<>();
    private final List<Release> releases = new ArrayList<>();
    private final Thread tending = new Thread(this::tend, "tending");
    private volatile boolean closed;

    /**
     * Starts the servers; {@link #start} starts the processes.
     *
     * @param previous directory where the previous release was built, if every other process is to use it
     */
    public Cluster(Path directory, Optional<Path> previous) throws IOException {
        this.directory = directory;
        if (previous.isPresent()) {
            releases.add(Release.builtIn(previous.get()));
        }
        releases.add(Release.current());
        Files.createDirectories(directory.resolve("logs"));
        Files.createDirectories(directory.resolve("run"));
        this.regions = new RegionDirectories(directory.resolve("regions"));
        this.database = new DatabaseServer(directory.resolve("postgres"), log("postgres"));
        this.brokerPort = FreePort.any();
        this.broker = new JavaProcess("broker", brokerLaunch());
        tending.setDaemon(true);
    }

    private JavaProcess.Launch brokerLaunch() {
        var ready = ready("broker");
        var main = List.of(
                BrokerProcess.class.getName(),
                directory.resolve("kafka").toString(),
                Integer.toString(brokerPort),
                ready.toString());
        var classPath = Release.current().classPath(List.of());
        return new JavaProcess.Launch(
                new JavaLaunch(JavaProcess.options(classes("broker")), main, classPath, Map.of(), log("broker")),
                ready);
    }

    /**
     * Starts everything, and returns when every part answers.
     *
     * @param rehearsed whether processes will be restarted so often that preparing for it pays
     */
    public void start(int workerCount, int slots, boolean rehearsed) throws IOException, InterruptedException {
        broker.start();
        await(List.of(broker));
        for (var number = 0; number < APIS; number++) {
            apis.add(api("api-" + (number + 1), releases.get(number % releases.size())));
        }
        for (var number = 0; number < workerCount; number++) {
            workers.add(worker("worker-" + (number + 1), slots, releases.get(number % releases.size())));
        }
        // The previous release starts first, as in an upgrade: the database is migrated while it runs.
        for (var number = 0; number < releases.size(); number++) {
            startEvery(number, rehearsed);
        }
        tending.start();
    }

    /** Starts all processes of a release. */
    private void startEvery(int release, boolean rehearsed) throws IOException, InterruptedException {
        if (rehearsed) {
            rehearse(apis.get(release).process(), workers.get(release).process(), urls.get(release));
        }
        for (var number = release; number < APIS; number += releases.size()) {
            apis.get(number).process().start();
        }
        for (var number = release; number < workers.size(); number += releases.size()) {
            workers.get(number).process().start();
        }
        for (var number = release; number < workers.size(); number += releases.size()) {
            await(List.of(workers.get(number).process()));
        }
        for (var number = release; number < APIS; number += releases.size()) {
            awaitHealth(urls.get(number));
        }
    }

    /** Starts and ends one API and one worker, so that every later start finds their classes loaded and verified. */
    private static void rehearse(JavaProcess api, JavaProcess worker, URI url)
            throws IOException, InterruptedException {
        api.start();
        worker.start();
        await(List.of(worker));
        awaitHealth(url);
        worker.end();
        api.end();
    }

    private Member api(String name, Release release) throws IOException {
        var port = FreePort.any();
        var network = new Forwarder(name, database.port(), watch);
        var properties = shared(network);
        properties.put("server.port", Integer.toString(port));
        properties.put("server.address", "127.0.0.1");
        properties.put("kiln.secrets-key", Base64.getEncoder().encodeToString(new byte[32]));
        properties.put("kiln.root.access-key-id", ROOT.id());
        properties.put("kiln.root.access-key-secret", ROOT.secret());
        urls.add(URI.create("http://127.0.0.1:" + port));
        var main = List.of(ApiApplication.class.getName());
        var launch = new JavaLaunch(
                JavaProcess.options(classes(release.name() + "-api")),
                main,
                release.classPath(without("worker")),
                JavaLaunch.settings(properties),
                log(name));
        return member(network, new JavaProcess.Launch(launch, null));
    }

    private Member worker(String name, int slots, Release release) throws IOException {
        var network = new Forwarder(name, database.port(), watch);
        var properties = shared(network);
        properties.put("spring.main.web-application-type", "none");
        properties.put("kiln.worker.name", name);
        properties.put("kiln.worker.slots", Integer.toString(slots));
        properties.put("kiln.worker.ready-file", ready(name).toString());
        properties.put("kiln.engine.directory", engine().toString());
        var main = List.of(WorkerApplication.class.getName());
        var launch = new JavaLaunch(
                JavaProcess.options(classes(release.name() + "-worker")),
                main,
                release.classPath(without("api")),
                JavaLaunch.settings(properties),
                log(name));
        return member(network, new JavaProcess.Launch(launch, ready(name)));
    }

    private static Member member(Forwarder network, JavaProcess.Launch launch) {
        var process = new JavaProcess(network.owner(), launch);
        network.killOwnerBy(() -> process.kill(1000));
        return new Member(process, network);
    }

    private static List<String> without(String module) {
        return List.of(module, "testing", "faults");
    }

    private Map<String, String> shared(Forwarder network) {
        var properties = new LinkedHashMap<String, String>();
        properties.put("spring.datasource.url", "jdbc:postgresql://127.0.0.1:" + network.port() + "/kiln");
        properties.put("spring.datasource.username", EmbeddedPostgres.USER);
        properties.put("spring.datasource.password", database.password());
        properties.put("spring.kafka.bootstrap-servers", bootstrapServers());
        properties.put("spring.main.banner-mode", "off");
        var number = 0;
        for (var region : regions.all().keySet()) {
            properties.put("kiln.regions[" + number + "].id", region);
            properties.put(
                    "kiln.regions[" + number + "].directory",
                    regions.path(region).toString());
            number++;
        }
        return properties;
    }

    private static void await(List<JavaProcess> starting) throws IOException, InterruptedException {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_START);
        for (var process : starting) {
            while (!process.isReady()) {
                if (!process.isAlive() || System.nanoTime() > end) {
                    throw new IOException(process.name() + " did not start, see " + process.log());
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }

    private static void awaitHealth(URI url) throws IOException, InterruptedException {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_START);
        while (!isHealthy(url)) {
            if (System.nanoTime() > end) {
                throw new IOException(url + " was not healthy in time");
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    /** Whether the API or worker of this name is running and ready. */
    public boolean answers(String name) throws InterruptedException {
        for (var number = 0; number < apis.size(); number++) {
            if (apis.get(number).name().equals(name)) {
                return isHealthy(urls.get(number));
            }
        }
        return workers.stream()
                .anyMatch(
                        worker -> worker.name().equals(name) && worker.process().isReady());
    }

    private static boolean isHealthy(URI url) throws InterruptedException {
        var health = HttpRequest.newBuilder(url.resolve("/actuator/health"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return HttpClient.newHttpClient()
                            .send(health, BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private void tend() {
        while (!closed) {
            try {
                broker.tend();
                for (var member : members()) {
                    member.process().tend();
                }
                TimeUnit.MILLISECONDS.sleep(200);
            } catch (IOException e) {
                System.err.println("kiln: a process could not be started again: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Takes a guard away from the whole system; nothing may be running. */
    public void takeAway(Guard guard) {
        if (guard == Guard.INDEX) {
            database.dropTemplateIndex();
        }
        watch.takeAway(guard);
        // Forces new connections, whose statements are prepared without the guard.
        members().forEach(member -> member.network().breakConnections());
    }

    /** Waits until every process is running again and answers. */
    public void awaitAll() throws IOException, InterruptedException {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_START);
        while (!workers.stream().allMatch(worker -> worker.process().isReady())) {
            if (System.nanoTime() > end) {
                throw new IOException("not every worker came back, see " + directory.resolve("logs"));
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        for (var url : urls) {
            awaitHealth(url);
        }
    }

    /** One client for each API, signing as the root account. */
    public List<SignedClient> clients() {
        return urls.stream().map(url -> new SignedClient(url, ROOT)).toList();
    }

    public List<Member> apis() {
        return List.copyOf(apis);
    }

    public List<Member> workers() {
        return List.copyOf(workers);
    }

    private List<Member> members() {
        var all = new ArrayList<>(apis);
        all.addAll(workers);
        return all;
    }

    public DatabaseServer database() {
        return database;
    }

    public JavaProcess broker() {
        return broker;
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + brokerPort;
    }

    public RegionDirectories regions() {
        return regions;
    }

    public WireWatch watch() {
        return watch;
    }

    public Path directory() {
        return directory;
    }

    /** The directory in which the workers build. */
    public Path engine() {
        return directory.resolve("engine");
    }

    private Path ready(String name) {
        return directory.resolve("run").resolve(name + ".ready");
    }

    private Path classes(String name) {
        return directory.resolve("run").resolve(name + ".jsa");
    }

    private Path log(String name) {
        return directory.resolve("logs").resolve(name + ".log");
    }

    @Override
    public void close() throws IOException {
        closed = true;
        for (var member : members()) {
            member.process().close();
            member.network().close();
        }
        broker.close();
        database.close();
        regions.close();
    }
}
