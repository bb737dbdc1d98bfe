package dev.kiln.worker.reaper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kiln.execution.Attempt;
import dev.kiln.image.Digest;
import dev.kiln.reaper.Finding;
import dev.kiln.reaper.Intents;
import dev.kiln.reaper.RegionSweep;
import dev.kiln.reaper.Sweeps;
import dev.kiln.region.DirectoryRegionStore;
import dev.kiln.region.RegionId;
import dev.kiln.region.RegionStore;
import dev.kiln.region.Regions;
import dev.kiln.region.StoreKey;
import dev.kiln.region.StoredItem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What lies in a region without anybody who wants it goes; what is wanted or being made stays; what is lost is told.
 */
@Timeout(180)
class RegionSweepIT {

    private static final RegionId REGION = new RegionId("cn-one");
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private final ReaperRig rig = new ReaperRig();
    private final List<Process> processes = new ArrayList<>();
    private DirectoryRegionStore store;
    private RegionSweep patient;
    private RegionSweep impatient;

    @BeforeEach
    void begin() {
        store = new DirectoryRegionStore(REGION, directory);
        patient = sweep(Duration.ofHours(1));
        impatient = sweep(Duration.ZERO);
    }

    private RegionSweep sweep(Duration age) {
        return new RegionSweep(new Regions(List.of(store)), rig.intents, rig.things(), age);
    }

    @AfterEach
    void end() {
        processes.forEach(Process::destroyForcibly);
    }

    private void killInTheMiddleOf(String key) throws Exception {
        kill(key, ReaperRig.start(EndlessPut.class, directory.toString(), key), 0);
    }

    private void kill(String key, Process process, long bytes) throws Exception {
        processes.add(process);
        await().atMost(SOON)
                .until(() -> !items(key).isEmpty() && bytesOf(items(key).get(0)) >= bytes);
        process.destroyForcibly().waitFor();
        assertThat(items(key))
                .singleElement()
                .satisfies(item -> assertThat(item.isObject()).isFalse());
    }

    private List<StoredItem> items(String key) throws IOException {
        var items = new ArrayList<StoredItem>();
        store.list(key.isEmpty() ? null : new StoreKey(key), items::add);
        return items;
    }

    private long bytesOf(StoredItem item) throws IOException {
        return Files.size(directory.resolve(item.key()).resolve(item.name()));
    }

    private Digest put(String key, String content) throws IOException {
        return store.put(
                        new StoreKey(key),
                        new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)),
                        null,
                        done -> {})
                .digest();
    }

    private void copied(String id, Digest digest) {
        rig.jdbc.sql("""
                        insert into image_copy (id, account_id, region_id, name, state, digest, bytes)
                        values (:id, 1001, 'cn-one', 'golden', 'COPIED', :digest, 1)
                        """).param("id", id).param("digest", digest.value()).update();
    }

    private void assertOneSweepLeavesNothing() throws IOException {
        assertThat(patient.settle(REGION)).extracting(Finding::verdict).containsOnly(Finding.Verdict.REMOVED);
        assertThat(items("")).isEmpty();
        assertThat(rig.intents()).isZero();
    }

    @Test
    void aCopyWhoseWorkerIsKilledGoesWithItsExecution() throws Exception {
        var attempt = rig.attempt();
        var key = "images/" + attempt.image();
        rig.intents.begin(attempt, Intents.Kind.COPY, "cn-one", key);
        killInTheMiddleOf(key);
        assertThat(patient.settle(REGION)).as("it may be adopted").isEmpty();
        rig.end(attempt, "FAILED");

        assertOneSweepLeavesNothing();
    }

    @Test
    void aCopyWhoseWorkerIsKilledStaysForTheNextAttemptAndIsContinued() throws Exception {
        var attempt = rig.attempt();
        target("m-target", attempt);
        var key = "images/m-target";
        rig.intents.begin(attempt, Intents.Kind.COPY, "cn-one", key);
        kill(key, ReaperRig.start(EndlessPut.class, directory.toString(), key, "copy"), EndlessPut.BYTES - 1);
        rig.claim(attempt.execution());

        assertThat(impatient.settle(REGION)).isEmpty();
        assertThat(impatient.compare(REGION, true)).isEmpty();
        var opened = new ArrayList<Long>();
        store.copy(
                new StoreKey(key),
                EndlessPut.object(),
                EndlessPut.PARTS,
                offset -> {
                    opened.add(offset);
                    return new ByteArrayInputStream(EndlessPut.ones(1));
                },
                done -> {});

        assertThat(opened).containsExactly(EndlessPut.BYTES - 1L);
        assertThat(store.find(new StoreKey(key), EndlessPut.object().digest())).contains(EndlessPut.object());
    }

    @ParameterizedTest
    @ValueSource(strings = {"FAILED", "CANCELLED"})
    void whatIsLeftOfACopyGoesWhenNobodyWillGoOnWithIt(String end) throws Exception {
        var attempt = rig.attempt();
        target("m-target", attempt);
        var key = "images/m-target";
        rig.intents.begin(attempt, Intents.Kind.COPY, "cn-one", key);
        kill(key, ReaperRig.start(EndlessPut.class, directory.toString(), key, "copy"), EndlessPut.BYTES - 1);
        if (end.equals("FAILED")) {
            rig.claim(attempt.execution());
            rig.jdbc.sql("update image_copy set state = 'FAILED'").update();
        } else {
            rig.end(attempt, end);
        }

        assertOneSweepLeavesNothing();
    }

    private void target(String id, Attempt attempt) {
        rig.jdbc
                .sql("""
                        insert into image_copy (id, account_id, region_id, execution_id, name, state)
                        values (:id, 1001, 'cn-one', :execution, 'golden', 'COPYING')
                        """)
                .param("id", id)
                .param("execution", attempt.execution().value())
                .update();
    }

    @Test
    void aCopyUnderWayBesideALeftOneStays() throws Exception {
        var attempt = rig.attempt();
        var key = "images/" + attempt.image();
        rig.intents.begin(attempt, Intents.Kind.COPY, "cn-one", key);
        killInTheMiddleOf(key);
        rig.intents.begin(rig.claim(attempt.execution()), Intents.Kind.COPY, "cn-one", key);
        var other = ReaperRig.start(EndlessPut.class, directory.toString(), key);
        processes.add(other);
        await().atMost(SOON)
                .failFast("the process that stores has ended", () -> !other.isAlive())
                .until(() -> items(key), stored -> stored.size() == 2);

        impatient.settle(REGION);
        impatient.compare(REGION, true);

        assertThat(items(key)).hasSize(2);
    }

    @Test
    void aLayerGoesWithItsExecutionAndNotBefore() throws Exception {
        var attempt = rig.attempt();
        var key = "layers/" + attempt.execution() + "/1";
        put("layers/" + attempt.execution() + "/0", "a finished layer that nobody has written down");
        rig.intents.begin(attempt, Intents.Kind.LAYER, "cn-one", key);
        killInTheMiddleOf(key);
        rig.claim(attempt.execution());
        impatient.compare(REGION, true);
        assertThat(items("")).hasSize(2);
        rig.end(attempt, "FAILED");

        assertThat(patient.compare(REGION, true)).hasSize(2);

        assertThat(items("")).isEmpty();
        assertThat(rig.intents()).isZero();
    }

    @Test
    void anUploadGoesWhenItsProcessIsGoneAndItsRowIsGivenUp() throws Exception {
        rig.jdbc
                .sql(
                        "insert into image_copy (id, account_id, region_id, name, state) values ('m-up', 1001, 'cn-one', 'n', 'COPYING')")
                .update();
        try (var life = proofOfLife(4711)) {
            rig.intents.beginUpload(REGION, new StoreKey("images/m-up"), Optional.of(4711L));
            killInTheMiddleOf("images/m-up");
            impatient.compare(REGION, true);
            assertThat(items("")).hasSize(1);
            assertThat(life.isValid(1)).isTrue();
        }
        await().atMost(SOON).until(() -> rig.intents.dead("cn-one").size() == 1);

        assertOneSweepLeavesNothing();

        assertThat(rig.jdbc
                        .sql("select error_code from image_copy")
                        .query(String.class)
                        .single())
                .isEqualTo("Deleting");
    }

    private Connection proofOfLife(long lock) throws SQLException {
        var session = DriverManager.getConnection(rig.database.url(), rig.database.user(), rig.database.password());
        try (var statement = session.createStatement()) {
            statement.execute("select pg_advisory_lock(" + lock + ")");
        }
        return session;
    }

    @Test
    void aContextThatNoTemplateNamesGoesAndTheOneThatItNamesStays() throws Exception {
        var template = rig.template();
        var digest = put("tmp", "context");
        store.delete(new StoreKey("tmp"));
        var key = new StoreKey("contexts/" + template + "/" + digest.hex());
        put(key.value(), "context");
        rig.jdbc
                .sql("update template set context_digest = :digest")
                .param("digest", digest.value())
                .update();
        rig.intents.beginUpload(REGION, key, Optional.empty());

        assertThat(impatient.settle(REGION)).isEmpty();
        assertThat(impatient.compare(REGION, true)).isEmpty();
        assertThat(items("")).hasSize(1);

        rig.jdbc.sql("delete from template").update();
        rig.intents.beginUpload(REGION, key, Optional.empty());
        assertOneSweepLeavesNothing();
    }

    @Test
    void anObjectThatADeadAttemptStoredButNobodyWroteDownGoesWhenItsExecutionHasEnded() throws Exception {
        var attempt = rig.attempt();
        var key = "images/" + attempt.image();
        target(attempt.image().value(), attempt);
        rig.intents.begin(attempt, Intents.Kind.COPY, "cn-one", key);
        put(key, "image");
        rig.claim(attempt.execution());
        impatient.compare(REGION, true);
        assertThat(items("")).as("the next attempt may just store the same").hasSize(1);

        rig.jdbc.sql("update image_copy set state = 'FAILED'").update();
        rig.end(attempt, "PARTITION_SUCCESS");

        assertOneSweepLeavesNothing();
    }

    @Test
    void whatASupersededAttemptStoredLateGoesAndTheImageBesideItStays() throws Exception {
        var image = put("images/m-there", "image");
        copied("m-there", image);
        put("images/m-there", "late");

        assertThat(patient.compare(REGION, true)).extracting(Finding::verdict).containsExactly(Finding.Verdict.REMOVED);

        assertThat(items("")).singleElement().extracting(StoredItem::name).isEqualTo(image.hex());
    }

    @Test
    void whatNoRowExplainsStaysUntilItIsOldEnough() throws Exception {
        put("images/m-stray", "image");
        killInTheMiddleOf("images/m-half");

        assertThat(patient.compare(REGION, true))
                .extracting(Finding::verdict)
                .containsExactly(Finding.Verdict.UNKNOWN, Finding.Verdict.UNKNOWN);
        assertThat(items("")).hasSize(2);

        assertThat(impatient.compare(REGION, false))
                .extracting(Finding::verdict)
                .containsExactly(Finding.Verdict.LEFT, Finding.Verdict.LEFT);
        assertThat(items("")).as("a look changes nothing").hasSize(2);

        impatient.compare(REGION, true);
        assertThat(items("")).isEmpty();
    }

    @Test
    void aRowWithoutItsObjectIsToldAndNeverRemoved() throws Exception {
        copied("m-lost", put("images/m-lost", "image"));
        copied("m-there", put("images/m-there", "other"));
        assertThat(impatient.compare(REGION, true)).isEmpty();

        store.delete(new StoreKey("images/m-lost"));

        assertThat(impatient.compare(REGION, true)).singleElement().satisfies(found -> {
            assertThat(found.verdict()).isEqualTo(Finding.Verdict.LOST);
            assertThat(found.name()).startsWith("images/m-lost/");
        });
        assertThat(rig.jdbc.sql("select id from image_copy").query(String.class).list())
                .containsExactlyInAnyOrder("m-lost", "m-there");
        assertThat(items("")).hasSize(1);
    }

    @Test
    void whatGoesAsItShouldWhileTheRegionIsListedIsNoLeftover() throws Exception {
        var attempt = rig.attempt();
        var layer = "layers/" + attempt.execution() + "/0";
        put(layer, "layer");
        put("images/m-deleted", "image");
        var ending = (RegionStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {RegionStore.class}, (proxy, method, arguments) -> {
                    var answer = method.invoke(store, arguments);
                    if (method.getName().equals("list") && arguments[0] == null) {
                        store.delete(new StoreKey(layer));
                        store.delete(new StoreKey("images/m-deleted"));
                        rig.end(attempt, "FAILED");
                    }
                    return answer;
                });

        var found = new RegionSweep(new Regions(List.of(ending)), rig.intents, rig.things(), Duration.ofHours(1))
                .compare(REGION, false);

        assertThat(found).isEmpty();
    }

    /** As where the directories of two regions were exchanged, or a region was given another name. */
    @Test
    void whatARowOfAnotherRegionNamesIsToldAndNeverRemoved() throws Exception {
        copied("m-elsewhere", put("images/m-elsewhere", "image"));
        var template = rig.template();
        var context = put("tmp", "context");
        store.delete(new StoreKey("tmp"));
        put("contexts/" + template + "/" + context.hex(), "context");
        var execution = rig.attempt().execution().value();
        var log = put("logs/" + execution, "log");
        rig.jdbc.sql("update image_copy set region_id = 'cn-before'").update();
        rig.jdbc.sql("""
                        update template set region_id = 'cn-before', context_digest = :digest where id = :id
                        """).param("digest", context.value()).param("id", template).update();
        rig.jdbc.sql("""
                        insert into moved_log (execution_id, region_id, digest, log_end)
                        values (:id, 'cn-before', :digest, 3)
                        """).param("id", execution).param("digest", log.value()).update();

        assertThat(impatient.compare(REGION, true)).hasSize(3).allSatisfy(found -> {
            assertThat(found.verdict()).isEqualTo(Finding.Verdict.UNKNOWN);
            assertThat(found.detail()).contains("another region");
        });

        assertThat(items("")).hasSize(3);
    }

    @Test
    void ofManyWorkersOneComparesAtATime() {
        var sweeps = new Sweeps(rig.jdbc);

        assertThat(sweeps.takeTurn("cn-one", "a", Duration.ofHours(1))).isTrue();
        assertThat(sweeps.takeTurn("cn-one", "b", Duration.ofHours(1))).isFalse();
        assertThat(sweeps.takeTurn("cn-one", "b", Duration.ZERO)).isTrue();
        assertThat(sweeps.all()).extracting(Sweeps.Sweep::worker).containsExactly("b");
    }
}
