package dev.kiln.worker.run;

import dev.kiln.account.AccountId;
import dev.kiln.bucket.Bucket;
import dev.kiln.bucket.BucketAccess;
import dev.kiln.bucket.Buckets;
import dev.kiln.component.Components;
import dev.kiln.database.LifeSession;
import dev.kiln.database.LockSessions;
import dev.kiln.execution.Ability;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.CancelAnswer;
import dev.kiln.execution.EndedCancels;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionQueue;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Executions;
import dev.kiln.execution.Workers;
import dev.kiln.image.ImageId;
import dev.kiln.image.ImageKeys;
import dev.kiln.metric.Metrics;
import dev.kiln.parameter.ExecutionParameters;
import dev.kiln.reaper.Intents;
import dev.kiln.reaper.RegionSweep;
import dev.kiln.reaper.StoredThings;
import dev.kiln.region.DirectoryRegionStore;
import dev.kiln.region.RegionId;
import dev.kiln.region.RegionStore;
import dev.kiln.region.Regions;
import dev.kiln.secret.SecretSeal;
import dev.kiln.template.TemplateId;
import dev.kiln.testing.TestDatabase;
import dev.kiln.testing.TestDirectories;
import dev.kiln.testing.TestServers;
import dev.kiln.testing.guarantee.Guarantees;
import dev.kiln.testing.guarantee.NothingLeftBehind;
import dev.kiln.trace.Tracing;
import dev.kiln.worker.Drain;
import dev.kiln.worker.WorkerSettings;
import dev.kiln.worker.engine.Abilities;
import dev.kiln.worker.engine.BuildEngine;
import dev.kiln.worker.engine.EnginePlace;
import dev.kiln.worker.intake.OrphanedExecutions;
import dev.kiln.worker.metric.MeasuredEngine;
import dev.kiln.worker.metric.MeasuredStage;
import dev.kiln.worker.metric.WorkerMeters;
import dev.kiln.worker.metric.WorkerTraces;
import dev.kiln.worker.reaper.GivingBackStage;
import dev.kiln.worker.region.Distribution;
import dev.kiln.worker.region.ImageCopier;
import dev.kiln.worker.region.ImageCopies;
import dev.kiln.worker.region.ImageExporter;
import dev.kiln.worker.region.ImportedBases;
import dev.kiln.worker.region.LeasedWork;
import dev.kiln.worker.region.Preflight;
import dev.kiln.worker.region.Removal;
import dev.kiln.worker.region.SourceImages;
import dev.kiln.worker.region.Targets;
import dev.kiln.worker.region.WithdrawnCopies;
import dev.kiln.worker.stage.BuildLogs;
import dev.kiln.worker.stage.BuildRequests;
import dev.kiln.worker.stage.BuildSteps;
import dev.kiln.worker.stage.BuildingStage;
import dev.kiln.worker.stage.CachedSteps;
import dev.kiln.worker.stage.CancellingStage;
import dev.kiln.worker.stage.ChosenComponents;
import dev.kiln.worker.stage.DistributingStage;
import dev.kiln.worker.stage.PreparingStage;
import dev.kiln.worker.stage.RegionSteps;
import dev.kiln.worker.stage.ReleasingStage;
import dev.kiln.worker.stage.Stage;
import dev.kiln.worker.stage.Stages;
import dev.kiln.worker.stage.StepLayers;
import dev.kiln.worker.stage.TemplateSteps;
import dev.kiln.worker.stage.TestingStage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** A database, three regions and workers made of the real parts; the engine and single regions can be replaced. */
final class Rig implements AutoCloseable {

    static final AccountId OWNER = new AccountId(1001);
    static final AccountId FRIEND = new AccountId(2002);
    static final RegionId HOME = new RegionId("cn-one");

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    final TestDatabase database = TestServers.freshDatabase();
    final JdbcClient jdbc = database.client();
    final Executions executions = new Executions(jdbc);
    final Components components = new Components(jdbc, new JsonMapper());
    final SecretSeal seal = new SecretSeal(Base64.getEncoder().encodeToString(new byte[32]));
    ExecutionParameters parameters = new ExecutionParameters(jdbc, Optional.of(seal));
    final ExecutionQueue queue = new ExecutionQueue(jdbc);
    /** What the workers lack to build anything. */
    volatile Optional<String> lack = Optional.empty();

    final EndedCancels cancels = new EndedCancels(jdbc, database.transaction());
    final Map<String, Path> directories = new LinkedHashMap<>();
    final Path bucket;
    final RigSettings settings = new RigSettings();
    private final EnginePlace place = new EnginePlace(TestDirectories.create("engine"));
    final Metrics metrics = new Metrics();
    private final WorkerMeters meters = new WorkerMeters(metrics);
    private final WorkerTraces traces = new WorkerTraces(Tracing.OFF);
    private final Map<ExecutionSlots, Announcement> workers = new LinkedHashMap<>();
    private final UnaryOperator<RegionStore> wrapped;

    Rig() throws IOException {
        this(store -> store);
    }

    Rig(UnaryOperator<RegionStore> wrapped) throws IOException {
        this.wrapped = wrapped;
        for (var id : List.of("cn-one", "cn-two", "cn-three")) {
            directories.put(id, TestDirectories.create(id));
        }
        bucket = TestDirectories.create("bucket");
        account(OWNER);
        account(FRIEND);
        storeBaseImage();
    }

    void account(AccountId id) {
        jdbc.sql("insert into account (id, name) values (:id, 'somebody')")
                .param("id", id.value())
                .update();
    }

    private void storeBaseImage() throws IOException {
        var digest = putBaseImage(new byte[100]);
        jdbc.sql("""
                        insert into image_copy (id, account_id, region_id, name, state, digest, bytes, metadata)
                        values ('m-base', :account, 'cn-one', 'base', 'COPIED', :digest, 100,
                                '{"labels":{},"environment":{},"workingDirectory":"","user":"","command":[],"entrypoint":[]}')
                        """).param("account", OWNER.value()).param("digest", digest).update();
    }

    private String putBaseImage(byte[] archive) throws IOException {
        var store = new DirectoryRegionStore(HOME, directories.get("cn-one"));
        var key = ImageKeys.image(new ImageId("m-base"));
        store.delete(key);
        return store.put(key, new ByteArrayInputStream(archive), null, done -> {})
                .digest()
                .value();
    }

    /** The base image is a real one from now on, for engines that look at it. */
    void baseImage(byte[] archive) throws IOException {
        jdbc.sql("update image_copy set digest = :digest, bytes = :bytes where id = 'm-base'")
                .param("digest", putBaseImage(archive))
                .param("bytes", archive.length)
                .update();
    }

    /** All templates that there are do this from now on. */
    void content(String buildContent) {
        jdbc.sql("update template set build_content = :content")
                .param("content", buildContent)
                .update();
    }

    /** A template that copies to all three regions and shares with one account. */
    TemplateId template(String testContent) {
        return template(testContent, OWNER);
    }

    TemplateId template(String testContent, AccountId owner) {
        return template("RUN true", testContent, owner);
    }

    TemplateId template(String buildContent, String testContent, AccountId owner) {
        var id = new TemplateId("ip-%020d".formatted(NUMBERS.incrementAndGet()));
        jdbc.sql("""
                        insert into template (id, account_id, region_id, name, base_image_type, base_image,
                                              build_content, test_content, to_region_ids, add_accounts)
                        values (:id, :account, 'cn-one', 'golden', 'IMAGE', 'm-base', :build, :test,
                                '{cn-two,cn-three}', array[:friend]::bigint[])
                        """)
                .param("id", id.value())
                .param("account", owner.value())
                .param("friend", (owner.equals(OWNER) ? FRIEND : OWNER).value())
                .param("build", buildContent)
                .param("test", testContent)
                .update();
        return id;
    }

    ExecutionId start(TemplateId template) {
        return start(template, OWNER);
    }

    ExecutionId start(TemplateId template, AccountId owner) {
        var number = NUMBERS.incrementAndGet();
        var id = new ExecutionId("exec-%020d".formatted(number));
        var image = new ImageId("m-%020d".formatted(number));
        return executions
                .start(id, image, template, owner, List.of(), Optional.empty())
                .orElseThrow();
    }

    /** A worker of its own: slots and lock sessions, not started by any message. */
    ExecutionSlots worker(BuildEngine engine, int slots) {
        return worker(engine, slots, database.url());
    }

    ExecutionSlots worker(BuildEngine engine, int slots, String lockUrl) {
        return worker(engine, slots, lockUrl, new Drain(), Abilities.ALL);
    }

    /** A worker of one slot that cannot do everything. */
    ExecutionSlots worker(BuildEngine engine, Abilities abilities) {
        return worker(engine, 1, database.url(), new Drain(), abilities);
    }

    /** A worker of one slot that can be asked to stop. */
    ExecutionSlots worker(BuildEngine engine, Drain drain) {
        return worker(engine, 1, database.url(), drain, Abilities.ALL);
    }

    private ExecutionSlots worker(BuildEngine engine, int slots, String lockUrl, Drain drain, Abilities abilities) {
        var workerSettings = settings.of(slots);
        var threads = Executors.newCachedThreadPool();
        var stages = stages(engine, workerSettings, drain, abilities);
        var runner = new ExecutionRunner(
                new Claims(executions, "worker-" + workers.size(), place, meters, traces, abilities.able()),
                new Moves(executions, database.transaction(), stages, meters),
                stages,
                new StageTries(workerSettings.stageTries(), drain),
                new StageWatch(threads, workerSettings, settings.packerGrace),
                new TimeLimits(new ExecutionAges(jdbc), workerSettings));
        var locks = new LockSessions(lockUrl, database.user(), database.password());
        var line = new WaitingLine(queue, abilities.able(), () -> lack);
        var made = new ExecutionSlots(slots, locks, threads, runner, line, drain);
        workers.put(made, announcement(locks, abilities));
        return made;
    }

    private Announcement announcement(LockSessions sessions, Abilities abilities) {
        var lacking = abilities.lacking().entrySet().stream()
                .collect(Collectors.toMap(entry -> entry.getKey().word(), Map.Entry::getValue));
        var able = List.of(Ability.words(abilities.able()));
        var worker = new Workers.Worker("worker-" + workers.size(), 1, "amd64", able, lacking, Instant.EPOCH);
        return new Announcement(new Workers(jdbc), new LifeSession(sessions), worker);
    }

    /** What the worker says of itself, at its sweeps. */
    Announcement announcementOf(ExecutionSlots worker) {
        return Objects.requireNonNull(workers.get(worker));
    }

    /** What a worker does first; nothing follows, and the reaper of its place has come by. */
    Attempt claim(ExecutionId id, String worker) {
        var attempt = executions.claim(jdbc, id, worker, "somewhere").orElseThrow();
        jdbc.sql("delete from intent where place = 'somewhere'").update();
        return attempt;
    }

    void sweep(ExecutionSlots worker) {
        new OrphanedExecutions(cancels, worker, announcementOf(worker)).sweep();
    }

    WithdrawnCopies withdrawnCopies() {
        return new WithdrawnCopies(new Targets(jdbc), regions());
    }

    /** The part of a worker that makes copies, imports and exports. */
    LeasedWork leasedWork() {
        var copies = new ImageCopies(jdbc, database.transaction(), new JsonMapper());
        return new LeasedWork(
                new ImageCopier(copies, regions(), buckets(), meters),
                new ImageExporter(jdbc, database.transaction(), regions(), buckets()),
                settings.of(1));
    }

    private Buckets buckets() {
        return new Buckets(List.of(new Bucket("bucket", HOME, bucket, Set.of())));
    }

    private Regions regions() {
        return new Regions(directories.entrySet().stream()
                .map(entry -> wrapped.apply(new DirectoryRegionStore(new RegionId(entry.getKey()), entry.getValue())))
                .toList());
    }

    private Stages stages(BuildEngine engine, WorkerSettings workerSettings, Drain drain, Abilities abilities) {
        var regions = regions();
        var targets = new Targets(jdbc);
        var baseImages = new SourceImages(jdbc);
        var steps = new TemplateSteps(new ChosenComponents(jdbc, components));
        var shared = new RegionSteps(new CachedSteps(jdbc), regions, new Intents(jdbc), settings.sharedSteps.toBytes());
        var requests = new BuildRequests(
                new BuildRequests.Sources(baseImages, regions, new BucketAccess(jdbc, buckets())),
                steps,
                shared,
                parameters,
                abilities);
        var logs = new BuildLogs(jdbc, workerSettings.logLimitBytes());
        var removal = new Removal(targets, regions);
        var layers = new StepLayers(new BuildSteps(jdbc), regions, new Intents(jdbc), drain);
        var imported = new ImportedBases(jdbc, database.transaction(), regions, drain);
        var stages = List.<Stage>of(
                new PreparingStage(baseImages, imported, new Preflight(jdbc, regions), targets, steps),
                new BuildingStage(new MeasuredEngine(engine, meters, traces), requests, logs, targets, regions, layers),
                new TestingStage(engine, requests, logs),
                new DistributingStage(new Distribution(targets, regions, workerSettings, drain, meters, traces)),
                new ReleasingStage(engine, removal, layers, imported),
                new CancellingStage(engine, removal, layers, imported));
        return new Stages(stages.stream()
                .map(stage -> new MeasuredStage(GivingBackStage.of(stage, new Intents(jdbc), place), meters, traces))
                .toList());
    }

    CancelAnswer cancel(ExecutionId id, Duration deadline) {
        return executions.requestCancel(id, OWNER, deadline);
    }

    ExecutionStatus status(ExecutionId id) {
        return ExecutionStatus.valueOf(column(id, "status"));
    }

    String column(ExecutionId id, String column) {
        return jdbc.sql("select " + column + "::text from execution where id = :id")
                .param("id", id.value())
                .query(String.class)
                .single();
    }

    void await(ExecutionId id, ExecutionStatus status) {
        Awaitility.await(id + " becomes " + status)
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> status(id) == status);
    }

    /** The state of the copy in each region, by region. */
    Map<String, String> copies(ExecutionId id) {
        var states = new LinkedHashMap<String, String>();
        jdbc.sql("select region_id, state from image_copy where execution_id = :id order by region_id")
                .param("id", id.value())
                .query((row, number) -> states.put(row.getString(1), row.getString(2)))
                .list();
        return states;
    }

    /** Every change of status so far, written {@code FROM TO}. */
    List<String> transitions() {
        return jdbc.sql("select from_status || ' ' || to_status from execution_event where from_status is not null")
                .query(String.class)
                .list();
    }

    /** After one sweep, as the reaper of any worker makes it. */
    void guaranteesHold() {
        settle();
        new Guarantees(jdbc)
                .and(new NothingLeftBehind(jdbc, directories, List.of()))
                .hold();
    }

    /** One look at each region, as the reaper of any worker takes it. */
    void settle() {
        var things = new StoredThings(jdbc, database.transaction());
        var sweep = new RegionSweep(regions(), new Intents(jdbc), things, Duration.ofHours(1));
        for (var region : sweep.regions()) {
            try {
                sweep.settle(region);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        workers.forEach((worker, announcement) -> {
            worker.close();
            announcement.close();
        });
    }
}
