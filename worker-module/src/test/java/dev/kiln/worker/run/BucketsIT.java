package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.CancelAnswer;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageId;
import dev.kiln.image.ImageKeys;
import dev.kiln.image.archive.TarEntry;
import dev.kiln.image.archive.TarWriter;
import dev.kiln.region.DirectoryRegionStore;
import dev.kiln.region.RegionStore;
import dev.kiln.region.StoreKey;
import dev.kiln.region.StoredItem;
import dev.kiln.template.TemplateId;
import dev.kiln.worker.engine.BuildFailedException;
import dev.kiln.worker.region.LeasedWork;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Imports from a bucket and exports to it, by real workers' parts over real regions. */
@Timeout(60)
class BucketsIT {

    private final AtomicInteger numbers = new AtomicInteger();
    private final GatedEngine engine = new GatedEngine();
    private Rig rig;
    private LeasedWork work;

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig();
        work = rig.leasedWork();
    }

    @AfterEach
    void end() {
        engine.open();
        work.close();
        rig.close();
    }

    @Test
    void anImportedImageHasTheObjectsBytes() throws IOException {
        var archive = archive("etc/hostname");
        Files.write(rig.bucket.resolve("base.tar"), archive);
        var image = importOf("base.tar");
        rig.jdbc
                .sql("update image_copy set metadata = '{\"architecture\":\"arm64\"}' where id = :id")
                .param("id", image)
                .update();

        work.round();

        assertThat(column(image, "state")).isEqualTo("COPIED");
        assertThat(column(image, "metadata")).contains("\"architecture\": \"arm64\"", "\"kernel\": false");
        assertThat(column(image, "bytes")).isEqualTo(Integer.toString(archive.length));
        assertThat(stored(image)).isEqualTo(archive);
    }

    @Test
    void aHostileArchiveIsRefusedAndNothingOfItStays() throws IOException {
        Files.write(rig.bucket.resolve("evil.tar"), archive("../../etc/cron.d/evil"));
        var image = importOf("evil.tar");

        work.round();

        assertThat(column(image, "state")).isEqualTo("FAILED");
        assertThat(column(image, "error_code")).isEqualTo("InvalidArchive");
        assertThat(column(image, "error_info")).contains("..");
        assertThat(items(image)).isEmpty();
    }

    @Test
    void aDiskIsKnownByItsContentsAndOneThatNeedsAnotherFileIsRefused() throws IOException {
        Files.write(rig.bucket.resolve("base.tar"), disk(0));
        Files.write(rig.bucket.resolve("evil.tar"), disk(104));
        var image = importOf("base.tar");
        var refused = importOf("evil.tar");

        work.round();
        work.round();

        assertThat(column(image, "form")).isEqualTo("QCOW2");
        assertThat(column(image, "disk_bytes")).isEqualTo("1073741824");
        assertThat(column(refused, "error_code")).isEqualTo("InvalidDisk");
        assertThat(column(refused, "error_info")).contains("backing file");
        assertThat(items(refused)).isEmpty();
    }

    /** The header of a qcow2 file of 1 GiB. */
    private static byte[] disk(long backingFile) {
        var bytes = ByteBuffer.allocate(4096);
        bytes.putInt(0x514649fb)
                .putInt(3)
                .putLong(backingFile)
                .putInt(0)
                .putInt(16)
                .putLong(1L << 30);
        return bytes.array();
    }

    @Test
    void anObjectThatIsGoneFailsAtOnceAndABucketThatIsAwayAfterTries() throws IOException {
        var gone = importOf("gone.tar");
        work.round();
        assertThat(column(gone, "error_code")).isEqualTo("InvalidOSSObject.NotFound");
        Files.delete(rig.bucket);

        var away = importOf("base.tar");
        work.round();

        assertThat(column(away, "error_code")).isEqualTo("CopyFailed");
        assertThat(column(away, "error_info")).contains("is not there");
    }

    @Test
    void anExportedObjectHasTheImagesBytesAndIsWhole() throws IOException {
        rig.baseImage(archive("etc/os-release"));
        var task = exportOf("m-base", "nightly/base_system");

        work.round();

        assertThat(export(task, "state")).isEqualTo("COPIED");
        assertThat(Files.readAllBytes(rig.bucket.resolve("nightly/base_system")))
                .isEqualTo(archive("etc/os-release"));
        try (var files = Files.list(rig.bucket.resolve("nightly"))) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void whatAKilledWorkerHasLeftOfAnExportGoesWhenTheExportFails() throws IOException {
        var task = exportOf("m-base", "base_system");
        store().delete(key("m-base"));
        Files.writeString(rig.bucket.resolve(".kiln-" + task + "-left"), "half");

        work.round();

        assertThat(export(task, "state")).isEqualTo("FAILED");
        assertThat(rig.bucket).isEmptyDirectory();
    }

    @Test
    void anExportToABucketThatIsAwayFailsWithItsReasonAndIsNotWrittenElsewhere() throws IOException {
        Files.delete(rig.bucket);
        var task = exportOf("m-base", "base_system");

        work.round();

        assertThat(export(task, "state")).isEqualTo("FAILED");
        assertThat(export(task, "error_info")).contains("is not there");
        assertThat(rig.bucket).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "NEVER, 0, false",
        "ALWAYS, 0, true",
        "AFTER_SUCCESS, 0, true",
        "AFTER_FAILURE, 0, false",
        "NEVER, 1, false",
        "ALWAYS, 1, true",
        "AFTER_SUCCESS, 1, false",
        "AFTER_FAILURE, 1, true"
    })
    void anExecutionImportsItsBaseAndKeepsItAsItsTemplateSays(String kept, int exit, boolean stays) throws IOException {
        Files.write(rig.bucket.resolve("base.tar"), archive("etc/hostname"));
        var execution = startOfImport(kept);
        if (exit != 0) {
            engine.fail(execution.value(), new BuildFailedException("BuildCommand.Failed", "it fails"));
        }

        rig.worker(engine, 1).ring();
        work.start(Duration.ofMillis(50));
        rig.await(execution, exit == 0 ? ExecutionStatus.SUCCESS : ExecutionStatus.FAILED);

        var imported = rig.column(execution, "imported_image_id");
        assertThat(isThere(imported)).isEqualTo(stays);
        if (exit == 0) {
            assertThat(rig.copies(execution).values()).containsExactly("COPIED", "COPIED", "COPIED");
        }
        rig.guaranteesHold();
    }

    @Test
    void anImportedBaseThatSomebodyCopiesStays() throws IOException {
        Files.write(rig.bucket.resolve("base.tar"), archive("etc/hostname"));
        engine.close();
        var execution = startOfImport("NEVER");
        rig.worker(engine, 1).ring();
        work.start(Duration.ofMillis(50));
        Awaitility.await("it is built on").until(() -> engine.builds.get() == 1);
        var imported = rig.column(execution, "imported_image_id");
        rig.jdbc.sql("""
                insert into image_copy (id, account_id, region_id, name, state, copy_of)
                select 'm-copy', account_id, 'cn-two', 'copy', 'COPYING', id from image_copy where id = :id
                """).param("id", imported).update();

        engine.open();
        rig.await(execution, ExecutionStatus.SUCCESS);

        assertThat(isThere(imported)).isTrue();
    }

    @Test
    void anExecutionWhoseImportFailsSaysWhy() throws IOException {
        Files.write(rig.bucket.resolve("base.tar"), "no archive".getBytes(StandardCharsets.UTF_8));
        var execution = startOfImport("ALWAYS");

        rig.worker(engine, 1).ring();
        work.start(Duration.ofMillis(50));
        rig.await(execution, ExecutionStatus.FAILED);

        assertThat(rig.column(execution, "error_code")).isEqualTo("InvalidArchive");
        assertThat(isThere(rig.column(execution, "imported_image_id"))).isFalse();
    }

    @Test
    void anExecutionThatWaitsForItsImportCanBeCancelled() throws IOException {
        var execution = startOfImport("ALWAYS");
        rig.worker(engine, 1).ring();
        Awaitility.await("a worker has it")
                .until(() -> rig.column(execution, "attempt").equals("1"));

        assertThat(rig.cancel(execution, Duration.ofSeconds(30))).isEqualTo(CancelAnswer.ACCEPTED);
        rig.await(execution, ExecutionStatus.CANCELLED);

        var imported = rig.column(execution, "imported_image_id");
        assertThat(isThere(imported)).isFalse();
        work.round();
        assertThat(items(imported)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"NEVER, false", "AFTER_FAILURE, false", "ALWAYS, true"})
    void aCancelBeforeAnyWorkerCameTakesTheImportBackToo(String kept, boolean stays) throws IOException {
        Files.write(rig.bucket.resolve("base.tar"), archive("etc/hostname"));
        var execution = startOfImport(kept);
        work.round();
        assertThat(column(rig.column(execution, "imported_image_id"), "state")).isEqualTo("COPIED");

        rig.cancel(execution, Duration.ofSeconds(30));
        assertThat(rig.cancels.ofUntouched()).containsExactly(execution);

        var imported = rig.column(execution, "imported_image_id");
        assertThat(column(imported, "error_code")).isEqualTo(stays ? "" : "Deleting");
    }

    @Test
    void aCancelEndedAtItsDeadlineTakesTheImportBackToo() throws IOException {
        Files.write(rig.bucket.resolve("base.tar"), archive("etc/hostname"));
        var execution = startOfImport("NEVER");
        rig.claim(execution, "a worker that hangs");
        rig.cancel(execution, Duration.ZERO);
        assertThat(rig.cancels.overdue()).containsExactly(execution);

        var imported = rig.column(execution, "imported_image_id");
        assertThat(column(imported, "error_code")).isEqualTo("Deleting");
        work.round();
        assertThat(items(imported)).isEmpty();
    }

    private ExecutionId startOfImport(String kept) {
        var template = rig.template("");
        rig.jdbc
                .sql("update template set base_image_type = 'OSS', base_image = '' where id = :id")
                .param("id", template.value())
                .update();
        return start(template, importOf("base.tar"), kept);
    }

    private ExecutionId start(TemplateId template, String image, String kept) {
        var execution = rig.start(template);
        rig.executions.importsBase(execution, new ImageId(image), kept);
        return execution;
    }

    private static byte[] archive(String name) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var content = "content".getBytes(StandardCharsets.UTF_8);
        try (var tar = new TarWriter(bytes)) {
            tar.entry(
                    new TarEntry(
                            TarEntry.Type.FILE, name, "", 0644, 0, 0, content.length, Instant.EPOCH, new TreeMap<>()),
                    new ByteArrayInputStream(content));
        }
        return bytes.toByteArray();
    }

    private String importOf(String object) {
        var id = "m-import%d".formatted(numbers.incrementAndGet());
        rig.jdbc
                .sql("""
                        insert into image_copy (id, account_id, region_id, import_bucket, import_object, name, state)
                        values (:id, :account, 'cn-one', 'bucket', :object, 'imported', 'PENDING')
                        """)
                .param("id", id)
                .param("account", Rig.OWNER.value())
                .param("object", object)
                .update();
        return id;
    }

    private String exportOf(String image, String object) {
        var id = "t-%020d".formatted(numbers.incrementAndGet());
        rig.jdbc
                .sql("""
                        insert into image_export (id, image_id, account_id, region_id, bucket, object)
                        values (:id, :image, :account, 'cn-one', 'bucket', :object)
                        """)
                .param("id", id)
                .param("image", image)
                .param("account", Rig.OWNER.value())
                .param("object", object)
                .update();
        return id;
    }

    private boolean isThere(String image) {
        return rig.jdbc
                .sql("select exists (select from image_copy where id = :id)")
                .param("id", image)
                .query(Boolean.class)
                .single();
    }

    private RegionStore store() {
        return new DirectoryRegionStore(Rig.HOME, rig.directories.get("cn-one"));
    }

    private static StoreKey key(String image) {
        return ImageKeys.image(new ImageId(image));
    }

    private List<StoredItem> items(String image) throws IOException {
        var items = new ArrayList<StoredItem>();
        store().list(key(image), items::add);
        return items;
    }

    private byte[] stored(String image) throws IOException {
        try (var bytes = store().open(key(image), new Digest(column(image, "digest")), 0)) {
            return bytes.readAllBytes();
        }
    }

    private String column(String image, String column) {
        return rig.jdbc
                .sql("select " + column + " from image_copy where id = :id")
                .param("id", image)
                .query(String.class)
                .single();
    }

    private String export(String task, String column) {
        return rig.jdbc
                .sql("select " + column + " from image_export where id = :id")
                .param("id", task)
                .query(String.class)
                .single();
    }
}
