package dev.kiln.standalone;

import dev.kiln.api.ApiApplication;
import dev.kiln.cli.AccessKey;
import dev.kiln.cli.RequestBody;
import dev.kiln.cli.SignedClient;
import dev.kiln.embedded.BoundProcess;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.testing.TestDatabase;
import dev.kiln.testing.TestPorts;
import dev.kiln.testing.TestServers;
import dev.kiln.testing.guarantee.Guarantees;
import dev.kiln.testing.guarantee.NothingLeftBehind;
import dev.kiln.worker.WorkerApplication;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Real API and worker processes over one database, one broker and three region directories. */
final class Cluster implements AutoCloseable {

    private static final AccessKey ROOT = new AccessKey("LTAIscenario", "scenario-secret-of-the-root-account");
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final List<String> REGIONS = List.of("cn-hangzhou", "cn-beijing", "cn-shanghai");

    static final String BUCKET = "bucket";

    private static final Path LOGS = Path.of("target", "scenario-logs");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static final Program API = new Program(ApiApplication.class, "kiln-worker", "worker-module");
    private static final Program WORKER = new Program(WorkerApplication.class, "kiln-api", "api-module");

    private record Program(Class<?> main, String otherJar, String otherModule) {}

    /**
     * Where a process runs.
     *
     * @param address where others reach it
     * @param enter what stands before its command
     */
    record Host(String address, List<String> enter) {

        static final Host HERE = new Host("127.0.0.1", List.of());
    }

    final TestDatabase database;
    final JdbcClient jdbc;
    private final String kafka;
    private final Path directory;
    private final Path logs;
    private final Map<String, String> shared;
    private final Map<String, Process> processes = new ConcurrentHashMap<>();
    private int apisStarted;
    private int workersStarted;

    Cluster(Path directory) throws IOException {
        this(directory, TestServers.freshDatabase(), TestServers.kafka().bootstrapServers());
    }

    /** A cluster over servers of the caller's own, which it may stop and start. */
    Cluster(Path directory, TestDatabase database, String kafka) throws IOException {
        this.database = database;
        this.jdbc = database.client();
        this.kafka = kafka;
        this.directory = directory;
        this.shared = shared();
        this.logs = Files.createTempDirectory(Files.createDirectories(LOGS), "cluster-");
        Files.createDirectories(bucket());
        for (var region : regions().values()) {
            Files.createDirectories(region);
        }
    }

    private Map<String, String> shared() {
        var properties = new LinkedHashMap<String, String>();
        properties.put("spring.datasource.url", database.url());
        properties.put("spring.datasource.username", database.user());
        properties.put("spring.datasource.password", database.password());
        properties.put("spring.kafka.bootstrap-servers", kafka);
        properties.put("spring.main.banner-mode", "off");
        regions().forEach((id, path) -> {
            var number = REGIONS.indexOf(id);
            properties.put("kiln.regions[" + number + "].id", id);
            properties.put("kiln.regions[" + number + "].directory", path.toString());
        });
        properties.put("kiln.buckets[0].name", BUCKET);
        properties.put("kiln.buckets[0].region", REGIONS.get(0));
        properties.put("kiln.buckets[0].directory", bucket().toString());
        return properties;
    }

    /** What every process that starts from now on is told besides. */
    void tell(String setting, String value) {
        shared.put(setting, value);
    }

    /** The directory of the bucket {@link #BUCKET}, which is in the first region. */
    Path bucket() {
        return directory.resolve(BUCKET);
    }

    /** An API and so many workers, which start at the same time; returns a client that signs as the root account. */
    SignedClient start(int workers) throws IOException {
        var names = launchWorkers(workers);
        var client = api();
        names.forEach(this::awaitReady);
        return client;
    }

    /** As many workers as are missing of so many. */
    void workers(int count) throws IOException {
        var alive = processes.entrySet().stream()
                .filter(process -> process.getKey().startsWith("worker-")
                        && process.getValue().isAlive())
                .count();
        launchWorkers((int) (count - alive)).forEach(this::awaitReady);
    }

    private List<String> launchWorkers(int count) throws IOException {
        var names = new ArrayList<String>();
        for (int worker = 0; worker < count; worker++) {
            names.add(launchWorker(Host.HERE));
        }
        return names;
    }

    /** An API process that answers, and a client of it that signs as the root account. */
    SignedClient api() throws IOException {
        return api(Host.HERE);
    }

    SignedClient api(Host host) throws IOException {
        apisStarted++;
        var name = "api-" + apisStarted;
        var port = TestPorts.free();
        var properties = new LinkedHashMap<>(shared);
        properties.put("server.port", Integer.toString(port));
        properties.put("server.address", host.address());
        properties.put("kiln.secrets-key", Base64.getEncoder().encodeToString(new byte[32]));
        properties.put("kiln.root.access-key-id", ROOT.id());
        properties.put("kiln.root.access-key-secret", ROOT.secret());
        launch(name, API, host, properties);
        var url = URI.create("http://" + host.address() + ":" + port);
        Awaitility.await("API answers").atMost(PATIENCE).until(() -> {
            requireAlive(name);
            return isHealthy(url);
        });
        return new SignedClient(url, ROOT);
    }

    /** A worker process that takes work. */
    Process worker(Host host) throws IOException {
        return awaitReady(launchWorker(host));
    }

    private String launchWorker(Host host) throws IOException {
        workersStarted++;
        var name = "worker-" + workersStarted;
        var properties = new LinkedHashMap<>(shared);
        properties.put("spring.main.web-application-type", "none");
        properties.put("kiln.worker.name", name);
        properties.put("kiln.worker.slots", "2");
        properties.put("kiln.worker.ready-file", readyFile(name).toString());
        properties.put("kiln.worker.reaper-every", "1s");
        properties.put("kiln.engine.directory", directory.resolve("engine").toString());
        launch(name, WORKER, host, properties);
        return name;
    }

    private Process awaitReady(String worker) {
        Awaitility.await(worker + " is ready").atMost(PATIENCE).until(() -> {
            requireAlive(worker);
            return Files.exists(readyFile(worker));
        });
        return process(worker);
    }

    private Path readyFile(String worker) {
        return directory.resolve(worker + ".ready");
    }

    private void requireAlive(String name) throws IOException {
        if (!process(name).isAlive()) {
            throw new IllegalStateException(name + " ended:\n" + Files.readString(log(name)));
        }
    }

    // The other application has an application.yml of its own, so it stays off the class path.
    private void launch(String name, Program program, Host host, Map<String, String> properties) throws IOException {
        var classPath = List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1)).stream()
                .filter(entry -> !entry.contains(program.otherJar()) && !entry.contains(program.otherModule()))
                // Its logback-test.xml would come before what the application says of its log.
                .filter(entry -> !entry.contains("kiln-testing") && !entry.contains("testing-module"))
                .toList();
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var command = new ArrayList<>(host.enter());
        command.addAll(List.of(java, "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.add(program.main().getName());
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(name).toFile()));
        builder.environment().put("CLASSPATH", String.join(File.pathSeparator, classPath));
        builder.environment().put("SPRING_APPLICATION_JSON", new JsonMapper().writeValueAsString(properties));
        // Ends with the test's JVM, however that ends.
        processes.put(name, BoundProcess.start(builder, "KILL"));
    }

    private static boolean isHealthy(URI url) throws InterruptedException {
        var health = HttpRequest.newBuilder(url.resolve("/actuator/health"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return HTTP.send(health, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** The process that was started under this name. */
    Process process(String name) {
        return Objects.requireNonNull(processes.get(name), name);
    }

    // Not in the test's own directory, which is gone when somebody wants to know why a test failed.
    private Path log(String name) {
        return logs.resolve(name + ".log");
    }

    /**
     * What a process has logged, line by line, when it was told to log as JSON; the Java runtime's own warnings are
     * written by no logger.
     */
    List<JsonNode> logged(String name) throws IOException {
        var json = new JsonMapper();
        try (var lines = Files.lines(log(name))) {
            return lines.filter(line -> !line.startsWith("WARNING: ") && !line.isEmpty())
                    .map(json::readTree)
                    .toList();
        }
    }

    Map<String, Path> regions() {
        var regions = new LinkedHashMap<String, Path>();
        REGIONS.forEach(id -> regions.put(id, directory.resolve("regions").resolve(id)));
        return regions;
    }

    /** Registers a busybox root file system and returns its id. */
    String baseImage(SignedClient client) throws IOException {
        var file = directory.resolve("busybox.tar");
        BusyboxImage.write(file);
        return client.rest(
                        "POST",
                        "/api/v1/images",
                        Map.of("name", "busybox", "regionId", "cn-hangzhou"),
                        RequestBody.file(file))
                .path("imageId")
                .asString();
    }

    /** Makes a template that copies to two more regions and returns its id. */
    String template(SignedClient client, String base, String buildContent, String testContent) throws IOException {
        return template(client, base, buildContent, Map.of("TestContent", testContent));
    }

    /** The same with more parameters. */
    String template(SignedClient client, String base, String buildContent, Map<String, String> more)
            throws IOException {
        var parameters = new LinkedHashMap<>(more);
        parameters.putAll(Map.of(
                "RegionId",
                "cn-hangzhou",
                "BaseImageType",
                "IMAGE",
                "BaseImage",
                base,
                "BuildContent",
                buildContent,
                "ToRegionId.1",
                "cn-beijing",
                "ToRegionId.2",
                "cn-shanghai"));
        return client.rpc("CreateImagePipeline", parameters)
                .path("ImagePipelineId")
                .asString();
    }

    /** Makes an account and returns its number. */
    String account(SignedClient client) throws IOException {
        var wanted = new JsonMapper().createObjectNode().put("name", "friend");
        return client.rest("POST", "/api/v1/accounts", Map.of(), RequestBody.json(wanted))
                .path("accountId")
                .asString();
    }

    String start(SignedClient client, String template) throws IOException {
        return client.rpc("StartImagePipelineExecution", Map.of("RegionId", "cn-hangzhou", "ImagePipelineId", template))
                .path("ExecutionId")
                .asString();
    }

    /**
     * What attempts of the template's executions build from their claim on: a command that holds the first one open
     * need not end in the next.
     */
    void buildContent(String template, String content) {
        jdbc.sql("update template set build_content = :content where id = :id")
                .param("content", content)
                .param("id", template)
                .update();
    }

    String status(String execution) {
        return column(execution, "status");
    }

    /** Starts an execution in a trace of the caller's. */
    String startTraced(SignedClient client, String template, String traceparent)
            throws IOException, InterruptedException {
        var parameters = Map.of("RegionId", "cn-hangzhou", "ImagePipelineId", template);
        var request = HttpRequest.newBuilder(
                        client.request("StartImagePipelineExecution", parameters), (name, value) -> true)
                .header("traceparent", traceparent)
                .build();
        return new JsonMapper()
                .readTree(HTTP.send(request, BodyHandlers.ofByteArray()).body())
                .path("ExecutionId")
                .asString();
    }

    int attempt(String execution) {
        return Integer.parseInt(column(execution, "attempt::text"));
    }

    private String column(String execution, String what) {
        return jdbc.sql("select " + what + " from execution where id = :id")
                .param("id", execution)
                .query(String.class)
                .single();
    }

    void await(String execution, String status) {
        Awaitility.await(execution + " becomes " + status)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .failFast(() -> {
                    var now = status(execution);
                    if (ExecutionStatus.valueOf(now).isFinal() && !now.equals(status)) {
                        throw new IllegalStateException(execution + " is " + now + " instead of " + status + ": "
                                + column(execution, "error_code || ' ' || error_info || ' ' || message"));
                    }
                })
                .until(() -> status(execution).equals(status));
    }

    /** Returns once the execution's log has this text. */
    void awaitOutput(SignedClient client, String execution, String text) {
        Awaitility.await("the log of " + execution + " says " + text)
                .atMost(Duration.ofMinutes(2))
                .until(() -> client.text("/api/v1/executions/" + execution + "/logs", 0)
                        .text()
                        .contains(text));
    }

    /** What was left behind may still be there, until the reapers of the workers that live have come by. */
    void guaranteesHold() {
        Awaitility.await("the guarantees hold")
                .ignoreException(UncheckedIOException.class) // a reaper removed what was just being read
                .untilAsserted(() -> new Guarantees(jdbc)
                        .and(new NothingLeftBehind(jdbc, regions(), List.of(directory.resolve("engine/builds"))))
                        .hold());
    }

    @Override
    public void close() {
        processes.values().forEach(Process::destroyForcibly);
        processes.values().forEach(process -> process.onExit().join());
    }
}
