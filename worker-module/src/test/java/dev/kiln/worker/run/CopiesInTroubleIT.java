package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.image.Digest;
import dev.kiln.image.ImageId;
import dev.kiln.image.ImageKeys;
import dev.kiln.image.archive.TarEntry;
import dev.kiln.image.archive.TarWriter;
import dev.kiln.region.DirectoryRegionStore;
import dev.kiln.region.PartDigests;
import dev.kiln.region.RegionId;
import dev.kiln.region.StoredItem;
import dev.kiln.worker.region.LeasedWork;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What copies and imports leave that fail, hang, are overtaken or removed: nothing, and nobody else is harmed. */
@Timeout(60)
class CopiesInTroubleIT {

    private final BrokenRegions broken = new BrokenRegions();
    private final CountDownLatch reading = new CountDownLatch(1);
    private final CountDownLatch gate = new CountDownLatch(1);
    private final List<LeasedWork> copiers = new ArrayList<>();
    private Rig rig;

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig(broken::wrap);
    }

    @AfterEach
    void end() {
        gate.countDown();
        copiers.forEach(LeasedWork::close);
        rig.close();
    }

    @Test
    void aCopyThatHasFailedLeavesNoPartsInARegionThatTheyMayHaveFilled() throws IOException {
        knowParts();
        copy("m-copy", "cn-two");
        broken.stopReadingAt(50, () -> {
            throw new IOException("the line is down");
        });

        copier().round();

        assertThat(column("m-copy", "error_info")).contains("the line is down");
        assertThat(stored("cn-two", "m-copy")).isEmpty();
    }

    /** As of images that Kiln has built. */
    private void knowParts() throws IOException {
        try (var bytes = new PartDigests(new ByteArrayInputStream(new byte[100]), 50)) {
            bytes.transferTo(ByteArrayOutputStream.nullOutputStream());
            rig.jdbc
                    .sql("update image_copy set part_length = 50, part_digests = :digests where id = 'm-base'")
                    .param(
                            "digests",
                            bytes.parts().digests().stream().map(Digest::value).toArray(String[]::new))
                    .update();
        }
    }

    @Test
    void anImportThatWasOvertakenAndIsRefusedTakesNothingFromTheOneThatOvertookIt() throws Exception {
        Files.writeString(rig.bucket.resolve("base.tar"), "no archive ".repeat(100));
        importInto("m-import");
        broken.stopReadingAt(50, () -> {
            reading.countDown();
            awaitGate();
        });
        var late = new Thread(copier()::round);
        late.start();
        reading.await();
        rig.jdbc
                .sql("update image_copy set modified_at = now() - interval '31 seconds' where id = 'm-import'")
                .update();

        broken.stopReadingAt(Long.MAX_VALUE, () -> {});
        Files.write(rig.bucket.resolve("base.tar"), archive());
        copier().round();
        assertThat(column("m-import", "state")).isEqualTo("COPIED");
        gate.countDown();
        late.join();

        assertThat(column("m-import", "state")).isEqualTo("COPIED");
        assertThat(stored("cn-one", "m-import"))
                .extracting(item -> "sha256:" + item.name())
                .contains(column("m-import", "digest"));
    }

    @Test
    void whatIsStoredOnlyAfterItsImageWasRemovedGoesAtOnce() throws Exception {
        Files.write(rig.bucket.resolve("base.tar"), archive());
        importInto("m-import");
        var durable = broken.holdAfterTheLastLook("cn-one");
        var importing = new Thread(copier()::round);
        importing.start();
        durable.await();

        rig.jdbc.sql("delete from image_copy where id = 'm-import'").update();
        durable.release();
        importing.join();

        assertThat(stored("cn-one", "m-import")).isEmpty();
    }

    /** As a network file system whose server is gone. */
    @Test
    void aRegionWhereAllCopiesHangHoldsUpNoOther() throws IOException {
        rig.settings.copyStall = Duration.ofMillis(400);
        for (var hanging : List.of("m-one", "m-two", "m-three")) {
            copy(hanging, "cn-two");
        }
        broken.hang("cn-two");
        copier().start(Duration.ofMillis(10));
        Awaitility.await()
                .until(() -> column("m-one", "state").equals("COPYING")
                        && column("m-two", "state").equals("COPYING"));

        copy("m-elsewhere", "cn-three");

        Awaitility.await("another thread makes it")
                .until(() -> column("m-elsewhere", "state").equals("COPIED"));
        broken.recover();
        Awaitility.await("what had hung goes on")
                .atMost(Duration.ofSeconds(40))
                .until(() -> column("m-one", "state").equals("COPIED"));
    }

    @Test
    void aWithdrawnCopyThatCannotBeRemovedHoldsUpNoOther() throws IOException {
        for (var id : List.of("m-first", "m-second")) {
            copy(id, "cn-two");
            rig.jdbc
                    .sql(
                            "update image_copy set state = 'FAILED', error_code = 'Withdrawn', modified_at = clock_timestamp()"
                                    + " where id = :id")
                    .param("id", id)
                    .update();
        }
        // As a directory that cannot be read.
        Files.createDirectories(rig.directories.get("cn-two").resolve("images"));
        Files.createFile(rig.directories.get("cn-two").resolve("images/m-first"));

        rig.withdrawnCopies().removeAll();

        assertThat(rig.jdbc
                        .sql("select id from image_copy where error_code = 'Withdrawn'")
                        .query(String.class)
                        .list())
                .containsExactly("m-first");
    }

    /** As many as one round takes, that a region cannot remove for a reason that nobody has thought of. */
    @Test
    void aThousandWithdrawnCopiesThatCannotBeRemovedHoldUpNoOther() {
        rig.jdbc.sql("""
                        insert into image_copy (id, account_id, region_id, name, state, error_code, modified_at)
                        select id, :account, 'cn-two', 'withdrawn', 'FAILED', 'Withdrawn', now() - before
                          from (select 'm-stuck' || n, interval '2 hours' from generate_series(1, 1000) n
                                union all values ('m-sound', interval '1 hour')) as i (id, before)
                        """).param("account", Rig.OWNER.value()).update();
        broken.surprise("cn-two", "m-stuck");
        var copies = rig.withdrawnCopies();

        copies.removeAll();
        copies.removeAll();

        assertThat(rig.jdbc
                        .sql("select count(*) from image_copy where error_code = 'Withdrawn' group by id = 'm-sound'")
                        .query(Integer.class)
                        .list())
                .containsExactly(1000);
    }

    private void awaitGate() throws IOException {
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static byte[] archive() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarWriter(bytes)) {
            var directory =
                    new TarEntry(TarEntry.Type.DIRECTORY, "etc", "", 0755, 0, 0, 0, Instant.EPOCH, new TreeMap<>());
            tar.entry(directory, InputStream.nullInputStream());
        }
        return bytes.toByteArray();
    }

    private LeasedWork copier() {
        var copier = rig.leasedWork();
        copiers.add(copier);
        return copier;
    }

    private void copy(String id, String region) {
        rig.jdbc
                .sql("""
                        insert into image_copy (id, account_id, region_id, copy_of, name, state, bytes)
                        values (:id, :account, :region, 'm-base', 'copy', 'PENDING', 100)
                        """)
                .param("id", id)
                .param("account", Rig.OWNER.value())
                .param("region", region)
                .update();
    }

    private void importInto(String id) {
        rig.jdbc.sql("""
                        insert into image_copy (id, account_id, region_id, import_bucket, import_object, name, state)
                        values (:id, :account, 'cn-one', 'bucket', 'base.tar', 'imported', 'PENDING')
                        """).param("id", id).param("account", Rig.OWNER.value()).update();
    }

    private String column(String id, String column) {
        return rig.jdbc
                .sql("select " + column + " from image_copy where id = :id")
                .param("id", id)
                .query(String.class)
                .single();
    }

    private List<StoredItem> stored(String region, String image) throws IOException {
        var found = new ArrayList<StoredItem>();
        new DirectoryRegionStore(new RegionId(region), rig.directories.get(region))
                .list(ImageKeys.image(new ImageId(image)), found::add);
        return found;
    }
}
