package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.image.ImageId;
import dev.kiln.image.ImageKeys;
import dev.kiln.image.ImageMetadata;
import dev.kiln.region.DirectoryRegionStore;
import dev.kiln.region.RegionId;
import dev.kiln.region.StoredItem;
import dev.kiln.worker.region.LeasedWork;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.json.JsonMapper;

/** Copies that CopyImage asked for, by real workers' parts over real regions. */
@Timeout(60)
class ImageCopierIT {

    private static final Duration STALL = Duration.ofMillis(400);

    private final BrokenRegions broken = new BrokenRegions();
    private final CountDownLatch reading = new CountDownLatch(1);
    private final CountDownLatch gate = new CountDownLatch(1);
    private final AtomicInteger numbers = new AtomicInteger();
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
    void aCopyBecomesAvailableWithTheSameBytes() throws IOException {
        var copy = copy("cn-two", "PENDING");

        copier().round();

        assertThat(column(copy, "state")).isEqualTo("COPIED");
        assertThat(column(copy, "digest")).isEqualTo(column("m-base", "digest"));
        assertThat(metadata(copy)).isEqualTo(metadata("m-base"));
        assertThat(stored("cn-two", copy))
                .singleElement()
                .satisfies(item -> assertThat("sha256:" + item.name()).isEqualTo(column("m-base", "digest")));
    }

    private ImageMetadata metadata(String image) {
        return new JsonMapper().readValue(column(image, "metadata"), ImageMetadata.class);
    }

    @Test
    void aCopyWhoseWorkerIsSilentIsTakenOverAndOneThatIsAliveIsNot() {
        var silent = copy("cn-two", "COPYING");
        var alive = copy("cn-two", "COPYING");
        silence(silent);

        copier().round();

        assertThat(column(silent, "state")).isEqualTo("COPIED");
        assertThat(column(silent, "attempts")).isEqualTo("1");
        assertThat(column(alive, "state")).isEqualTo("COPYING");
        assertThat(column(alive, "attempts")).isEqualTo("0");
    }

    @Test
    void aWorkerThatComesBackAfterItsCopyWasTakenOverDoesNoHarm() throws Exception {
        var copy = copy("cn-two", "PENDING");
        var late = begin(copier());
        silence(copy);

        broken.stopReadingAt(Long.MAX_VALUE, () -> {});
        copier().round();
        assertThat(column(copy, "state")).isEqualTo("COPIED");
        gate.countDown();
        late.join();

        assertThat(column(copy, "state")).isEqualTo("COPIED");
        assertThat(column(copy, "attempts")).isEqualTo("2");
        assertThat(stored("cn-two", copy)).singleElement().matches(StoredItem::isObject);
    }

    @Test
    void aCancelledCopyLeavesNothing() throws Exception {
        var copy = copy("cn-two", "PENDING");
        var copying = begin(copier());
        rig.jdbc
                .sql("update image_copy set state = 'FAILED', error_code = 'Deleting' where id = :id")
                .param("id", copy)
                .update();

        gate.countDown();
        copying.join();

        assertThat(column(copy, "error_code")).isEqualTo("Deleting");
        assertThat(stored("cn-two", copy)).isEmpty();
    }

    @Test
    void aCopyThatItsRegionNeverTakesFailsWithItsReason() {
        var copy = copy("cn-two", "PENDING");
        broken.breakDown("cn-two");

        copier().round();

        assertThat(column(copy, "state")).isEqualTo("FAILED");
        assertThat(column(copy, "error_code")).isEqualTo("CopyFailed");
        assertThat(column(copy, "error_info")).contains("closed for repairs").doesNotContain(BrokenRegions.KEPT_IN);
        assertThat(broken.refused).hasValue(3);
    }

    @Test
    void aCopyOfWhatIsGoneFails() {
        var copy = copy("cn-two", "PENDING");
        rig.jdbc
                .sql("update image_copy set state = 'FAILED', error_code = 'Deleting' where id = 'm-base'")
                .update();

        copier().round();

        assertThat(column(copy, "error_code")).isEqualTo("SourceGone");
    }

    @Test
    void aRegionGetsFiveCopiesAtATime() {
        for (int number = 0; number < 5; number++) {
            copy("cn-two", "COPYING");
        }
        var sixth = copy("cn-two", "PENDING");
        var elsewhere = copy("cn-three", "PENDING");

        copier().round();

        assertThat(column(sixth, "state")).isEqualTo("PENDING");
        assertThat(column(elsewhere, "state")).isEqualTo("COPIED");
    }

    @Test
    void aRegionThatHasEnoughToDoHoldsUpNoOther() {
        for (int number = 0; number < 5; number++) {
            copy("cn-two", "COPYING");
        }
        // More than anybody looks at in one round.
        for (int number = 0; number < 20; number++) {
            copy("cn-two", "PENDING");
        }
        var elsewhere = copy("cn-three", "PENDING");

        copier().round();

        assertThat(column(elsewhere, "state")).isEqualTo("COPIED");
    }

    @Test
    void whatNobodyReckonedWithIsATryToo() {
        var copy = copy("cn-two", "PENDING");
        broken.stopReadingAt(50, () -> {
            throw new IllegalStateException("a store that is broken");
        });

        copier().round();

        assertThat(column(copy, "state")).isEqualTo("FAILED");
        assertThat(column(copy, "error_info")).contains("a store that is broken");
    }

    @Test
    void aWorkerThatStopsHandsItsCopyBack() throws Exception {
        var copy = copy("cn-two", "PENDING");
        var copying = begin(copier());

        copying.interrupt();
        copying.join();

        assertThat(column(copy, "state")).isEqualTo("PENDING");
        gate.countDown();
        copier().round();
        assertThat(column(copy, "state")).isEqualTo("COPIED");
    }

    @Test
    void aCopyThatGetsNoFurtherIsTriedAgain() {
        rig.settings.copyStall = STALL;
        var copy = copy("cn-two", "PENDING");
        broken.stopReadingAt(50, () -> {
            broken.stopReadingAt(Long.MAX_VALUE, () -> {});
            awaitGate();
        });

        copier().round();

        assertThat(column(copy, "state")).isEqualTo("COPIED");
        assertThat(column(copy, "attempts")).isEqualTo("1");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void aCopyThatNeverGetsFurtherFailsWithItsReason() {
        rig.settings.copyStall = STALL;
        var copy = copy("cn-two", "PENDING");
        broken.stopReadingAt(50, this::awaitGate);

        copier().round();

        assertThat(column(copy, "error_code")).isEqualTo("CopyFailed");
        assertThat(column(copy, "error_info")).contains("no byte was written", "kiln.worker.copy-stall");
    }

    /** As one that reads from a network file system whose server is gone. */
    @Test
    void oneThatHearsNothingIsTakenOver() throws Exception {
        rig.settings.copyStall = STALL;
        var copy = copy("cn-two", "PENDING");
        var interrupted = new CountDownLatch(1);
        broken.stopReadingAt(50, () -> {
            broken.stopReadingAt(Long.MAX_VALUE, () -> {});
            while (gate.getCount() > 0) {
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                }
            }
        });
        var deaf = new Thread(copier()::round);
        deaf.start();
        interrupted.await();
        silence(copy);

        copier().round();

        assertThat(column(copy, "state")).isEqualTo("COPIED");
        gate.countDown();
        deaf.join();
        assertThat(column(copy, "attempts")).isEqualTo("2");
        assertThat(stored("cn-two", copy)).singleElement().matches(StoredItem::isObject);
    }

    @Test
    void aCopyThatTakesLongHoldsUpNoOther() throws Exception {
        var slow = copy("cn-two", "PENDING");
        broken.stopReadingAt(50, () -> {
            broken.stopReadingAt(Long.MAX_VALUE, () -> {});
            reading.countDown();
            awaitGate();
        });
        copier().start(Duration.ofMillis(10));
        reading.await();

        var other = copy("cn-two", "PENDING");

        Awaitility.await().until(() -> column(other, "state").equals("COPIED"));
        assertThat(column(slow, "state")).isEqualTo("COPYING");
    }

    private void awaitGate() throws IOException {
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new InterruptedIOException("interrupted at the gate");
        }
    }

    /** A round that stands in the middle of its copy when this returns. */
    private Thread begin(LeasedWork copier) throws InterruptedException {
        broken.stopReadingAt(50, () -> {
            reading.countDown();
            awaitGate();
        });
        var thread = new Thread(copier::round);
        thread.start();
        reading.await();
        return thread;
    }

    private LeasedWork copier() {
        var copier = rig.leasedWork();
        copiers.add(copier);
        return copier;
    }

    private String copy(String region, String state) {
        var id = "m-copy%d".formatted(numbers.incrementAndGet());
        rig.jdbc
                .sql("""
                        insert into image_copy (id, account_id, region_id, copy_of, name, state, bytes)
                        values (:id, :account, :region, 'm-base', 'copy', :state, 100)
                        """)
                .param("id", id)
                .param("account", Rig.OWNER.value())
                .param("region", region)
                .param("state", state)
                .update();
        return id;
    }

    private void silence(String copy) {
        rig.jdbc
                .sql("update image_copy set modified_at = now() - interval '31 seconds' where id = :id")
                .param("id", copy)
                .update();
    }

    private String column(String id, String column) {
        return rig.jdbc
                .sql("select " + column + "::text from image_copy where id = :id")
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
