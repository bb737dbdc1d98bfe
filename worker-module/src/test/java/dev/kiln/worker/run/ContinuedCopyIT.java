package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.RetryAnswer;
import dev.kiln.image.Digest;
import dev.kiln.region.Parts;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What was copied and verified is not copied again: after trouble, after the worker's end, beside its late return. */
@Timeout(120)
class ContinuedCopyIT {

    private static final long PART = Parts.USUAL_LENGTH;
    private static final long IMAGE = 3 * PART + 1000;
    private static final int TARGETS = 2;

    private final BrokenRegions regions = new BrokenRegions();
    private final GatedEngine engine = new GatedEngine();
    private final CountDownLatch gate = new CountDownLatch(1);
    private final AtomicInteger waiting = new AtomicInteger();
    private Rig rig;
    private ExecutionId execution;

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig(regions::wrap);
        engine.buildLarge((int) IMAGE);
        execution = rig.start(rig.template(""));
    }

    @AfterEach
    void end() {
        gate.countDown();
        rig.close();
    }

    private void waitAtGate() throws InterruptedIOException {
        waiting.incrementAndGet();
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new InterruptedIOException("interrupted at the gate");
        }
    }

    private void waitAtGateDeaf() {
        waiting.incrementAndGet();
        boolean open = false;
        while (!open) {
            try {
                gate.await();
                open = true;
            } catch (InterruptedException e) {
                // deaf
            }
        }
    }

    private List<Long> bytesDone() {
        return rig.jdbc
                .sql("select bytes_done from image_copy where execution_id = :id and region_id <> 'cn-one'")
                .param("id", execution.value())
                .query(Long.class)
                .list();
    }

    @Test
    void anAdoptedExecutionGoesOnWithItsCopies() {
        regions.stopReadingAt(2 * PART + 5, this::waitAtGate);
        var first = rig.worker(engine, 1);
        first.ring();
        Awaitility.await().until(() -> waiting.get() == TARGETS);
        rig.database.endLockSessions();
        Awaitility.await().until(() -> first.free() == 1);
        rig.settle();
        rig.claim(execution, "somebody who ends at once");
        rig.settle();
        assertThat(regions.readers).hasValue(0);
        regions.read.set(0);
        regions.stopReadingAt(2 * PART + 10, this::waitAtGate);

        rig.sweep(rig.worker(engine, 1));
        Awaitility.await().until(() -> waiting.get() == 2 * TARGETS);
        assertThat(bytesDone()).as("progress begins with what was kept").containsExactly(2 * PART, 2 * PART);
        gate.countDown();
        rig.await(execution, ExecutionStatus.SUCCESS);

        assertThat(regions.read).hasValue(TARGETS * (IMAGE - 2 * PART));
        assertThat(engine.builds).hasValue(1);
        rig.guaranteesHold();
    }

    @Test
    void aWorkerThatWakesLateHarmsNoCopyThatAnotherHasContinued() throws IOException {
        regions.stopReadingAt(2 * PART + 5, this::waitAtGateDeaf);
        var first = rig.worker(engine, 1);
        first.ring();
        Awaitility.await().until(() -> waiting.get() == TARGETS);
        rig.database.endLockSessions();
        regions.stopReadingAt(Long.MAX_VALUE, () -> {});
        regions.read.set(0);
        var second = rig.worker(engine, 1);
        Awaitility.await().until(() -> {
            rig.sweep(second);
            return rig.status(execution) == ExecutionStatus.SUCCESS;
        });
        assertThat(regions.read).hasValue(TARGETS * (IMAGE - 2 * PART));

        gate.countDown();
        Awaitility.await().until(() -> regions.readers.get() == 0);

        assertThat(regions.read).as("they did go on").hasValueGreaterThan(TARGETS * (IMAGE - 2 * PART));
        assertEveryCopyIsWhole();
        Awaitility.await().untilAsserted(rig::guaranteesHold);
    }

    private void assertEveryCopyIsWhole() throws IOException {
        for (var directory : rig.directories.values()) {
            try (var files = Files.walk(directory)) {
                for (var file : files.filter(Files::isRegularFile).toList()) {
                    var computation = Digest.computation();
                    computation.update(Files.readAllBytes(file));
                    assertThat(file).hasFileName(Digest.of(computation).hex());
                }
            }
        }
    }

    @Test
    void aCancelLeavesNothingOfACopy() {
        regions.stopReadingAt(2 * PART + 5, this::waitAtGate);
        rig.worker(engine, 1).ring();
        Awaitility.await().until(() -> waiting.get() == TARGETS);

        rig.cancel(execution, Duration.ofHours(1));
        rig.await(execution, ExecutionStatus.CANCELLED);

        assertThat(rig.copies(execution)).isEmpty();
        rig.guaranteesHold();
    }

    @Test
    void aTryGoesOnAfterTheLastAndATargetThatFailsLeavesNothing() {
        regions.stopReadingAt(2 * PART + 5, () -> {
            throw new IOException("the home region is away");
        });
        var worker = rig.worker(engine, 1);
        worker.ring();
        rig.await(execution, ExecutionStatus.PARTITION_SUCCESS);
        assertThat(regions.read).as("three tries").hasValue(TARGETS * (2 * PART + 3 * 5));
        rig.guaranteesHold();

        regions.stopReadingAt(Long.MAX_VALUE, () -> {});
        assertThat(rig.executions.retry(execution, Rig.OWNER)).isEqualTo(RetryAnswer.ACCEPTED);
        rig.sweep(worker);
        rig.await(execution, ExecutionStatus.SUCCESS);
        rig.guaranteesHold();
    }

    @Test
    void anImageOfAnEarlierReleaseIsCopiedAsAWhole() {
        rig.jdbc
                .sql("create function forget_parts() returns trigger language plpgsql as "
                        + "'begin new.part_length = null; new.part_digests = null; return new; end'")
                .update();
        rig.jdbc
                .sql(
                        "create trigger forget_parts before update on image_copy for each row execute function forget_parts()")
                .update();

        rig.worker(engine, 1).ring();
        rig.await(execution, ExecutionStatus.SUCCESS);

        assertThat(regions.read).hasValue(TARGETS * IMAGE);
        rig.guaranteesHold();
    }
}
