package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.worker.Drain;
import dev.kiln.worker.engine.BuildEngine;
import dev.kiln.worker.engine.BuildFailedException;
import dev.kiln.worker.engine.BuildOutput;
import dev.kiln.worker.engine.BuildRequest;
import dev.kiln.worker.engine.Builds;
import dev.kiln.worker.engine.SandboxBuildEngine;
import dev.kiln.worker.engine.SandboxUnavailableException;
import dev.kiln.worker.engine.StepJournal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker that is asked to stop hands over at the next place where nothing is lost, without any interrupt. Only what
 * comes to no such place in time is interrupted.
 */
@Timeout(180)
class DrainIT {

    private static final Duration GRACE = Duration.ofSeconds(60);

    private final BrokenRegions broken = new BrokenRegions();
    private final GatedEngine gated = new GatedEngine();
    private final Drain drain = new Drain();

    @TempDir
    private Path directory;

    private Rig rig;

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig(broken::wrap);
    }

    @AfterEach
    void end() {
        gated.open();
        broken.recover();
        rig.close();
    }

    @Test
    void aBuildIsHandedOverAfterTheStepUnderWayAndNoStepIsRunTwice() throws Exception {
        rig.baseImage(Builds.base());
        var step = new HeldStep(Builds.engine(directory, Duration.ofMinutes(1), Duration.ofMinutes(1)), "two\n");
        var template = rig.template("");
        rig.content("RUN echo one\nRUN echo two\nRUN echo three");
        var execution = rig.start(template);
        var leaving = rig.worker(step, drain);
        leaving.ring();
        step.reached.await();

        drain.request();
        step.goOn.countDown();
        assertHandedOver(leaving, execution, ExecutionStatus.BUILDING);
        assertThat(step.real.traces()).isEmpty();
        adopt(step.real, execution);

        assertThat(log(execution))
                .contains("2 of 3 steps are kept")
                .containsOnlyOnce("\none\n")
                .containsOnlyOnce("\ntwo\n")
                .containsOnlyOnce("\nthree\n");
        assertThat(attempts(execution)).containsExactly(1, 1, 2);
        rig.guaranteesHold();
    }

    @Test
    void anExecutionIsHandedOverBetweenTwoStages() throws Exception {
        gated.close();
        var execution = rig.start(rig.template("RUN true"));
        var leaving = rig.worker(gated, drain);
        leaving.ring();
        Awaitility.await().until(() -> gated.builds.get() == 1);

        drain.request();
        gated.open();
        assertHandedOver(leaving, execution, ExecutionStatus.TESTING);
        assertThat(gated.scratch).isEmpty();
        adopt(gated, execution);

        assertThat(gated.builds).hasValue(1);
        assertThat(gated.interrupted).hasValue(0);
        rig.guaranteesHold();
    }

    @Test
    void aDistributionIsHandedOverAfterTheCopyUnderWay() throws Exception {
        rig.settings.copiesAtOnce = 1;
        broken.hang("cn-three");
        var execution = rig.start(rig.template(""));
        var leaving = rig.worker(gated, drain);
        leaving.ring();
        broken.awaitHeld();

        drain.request();
        broken.recover();
        assertHandedOver(leaving, execution, ExecutionStatus.DISTRIBUTING);
        assertThat(rig.copies(execution)).containsEntry("cn-three", "COPIED").containsEntry("cn-two", "PENDING");
        adopt(gated, execution);

        assertThat(rig.copies(execution).values()).containsOnly("COPIED");
        rig.guaranteesHold();
    }

    @Test
    void scratchSpaceIsGivenBackByTheWorkerThatHasIt() throws Exception {
        gated.close();
        var execution = rig.start(rig.template(""));
        gated.fail(execution.value(), new BuildFailedException("BuildCommand.Failed", "the command is wrong"));
        var leaving = rig.worker(gated, drain);
        leaving.ring();
        Awaitility.await().until(() -> gated.builds.get() == 1);

        drain.request();
        gated.open();

        assertHandedOver(leaving, execution, ExecutionStatus.FAILED);
        assertThat(gated.scratch).isEmpty();
    }

    @Test
    void whatComesToNoEndWithinTheGraceIsInterruptedAfterItAndAnotherWorkerGoesOn() throws Exception {
        gated.close();
        var execution = rig.start(rig.template(""));
        var leaving = rig.worker(gated, drain);
        leaving.ring();
        Awaitility.await().until(() -> gated.builds.get() == 1);

        leaving.drain(Duration.ofMillis(300));
        assertThat(gated.interrupted).hasValue(0);
        assertThat(leaving.free()).isZero();
        leaving.close();
        assertThat(gated.interrupted).hasValue(1);
        assertThat(rig.status(execution)).isEqualTo(ExecutionStatus.BUILDING);
        assertThat(locks()).isZero();
        gated.open();
        adopt(gated, execution);

        assertThat(gated.builds).hasValue(2);
        assertThat(gated.scratch).isEmpty();
        rig.guaranteesHold();
    }

    /** The grace is far from over when the worker has nothing left, and nobody holds the template's lock. */
    private void assertHandedOver(ExecutionSlots leaving, ExecutionId execution, ExecutionStatus status)
            throws InterruptedException {
        var begin = System.nanoTime();
        leaving.drain(GRACE);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(GRACE);
        assertThat(rig.status(execution)).isEqualTo(status);
        assertThat(rig.column(execution, "attempt")).isEqualTo("1");
        assertThat(locks()).isZero();
    }

    private int locks() {
        return rig.jdbc
                .sql("select count(*) from pg_locks l join pg_database d on d.oid = l.database"
                        + " where locktype = 'advisory' and datname = current_database()")
                .query(Integer.class)
                .single();
    }

    private void adopt(BuildEngine engine, ExecutionId execution) {
        rig.sweep(rig.worker(engine, 1));
        rig.await(execution, ExecutionStatus.SUCCESS);
        assertThat(rig.column(execution, "attempt")).isEqualTo("2");
    }

    private List<Integer> attempts(ExecutionId execution) {
        return rig.jdbc
                .sql("select attempt from build_step where execution_id = :id order by number")
                .param("id", execution.value())
                .query(Integer.class)
                .list();
    }

    private String log(ExecutionId execution) {
        var chunks = rig.jdbc
                .sql("select content from build_log_chunk where execution_id = :id order by first_byte")
                .param("id", execution.value())
                .query(byte[].class)
                .list();
        var all = new StringBuilder();
        chunks.forEach(chunk -> all.append(new String(chunk, StandardCharsets.UTF_8)));
        return all.toString();
    }

    /** The real engine, one step of which, known by what it prints, does not end before it is told to go on. */
    private static final class HeldStep implements BuildEngine {

        final CountDownLatch reached = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        final SandboxBuildEngine real;
        private final String prints;

        HeldStep(SandboxBuildEngine real, String prints) {
            this.real = real;
            this.prints = prints;
        }

        @Override
        public void check() throws SandboxUnavailableException {
            real.check();
        }

        @Override
        public BuiltImage build(BuildRequest request, StepJournal journal, BuildOutput output)
                throws BuildFailedException, IOException, InterruptedException {
            return real.build(request, journal, held(output));
        }

        private BuildOutput held(BuildOutput output) {
            return new BuildOutput() {
                @Override
                public void phase(String what) {
                    output.phase(what);
                }

                @Override
                public void stepStarted(int number, int total, String text) {
                    output.stepStarted(number, total, text);
                }

                @Override
                public void output(byte[] bytes, int length) {
                    output.output(bytes, length);
                    if (new String(bytes, 0, length, StandardCharsets.UTF_8).equals(prints)) {
                        reached.countDown();
                        Awaitility.await().until(() -> goOn.getCount() == 0);
                    }
                }

                @Override
                public void stepFinished(int number, int total, Duration took) {
                    output.stepFinished(number, total, took);
                }
            };
        }

        @Override
        public void test(BuildRequest request, BuildOutput output)
                throws BuildFailedException, IOException, InterruptedException {
            real.test(request, output);
        }

        @Override
        public void discard(String name, int attempt) throws IOException {
            real.discard(name, attempt);
        }
    }
}
