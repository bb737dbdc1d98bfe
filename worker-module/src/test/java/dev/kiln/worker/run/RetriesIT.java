package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.RetryAnswer;
import dev.kiln.worker.engine.BuildFailedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is tried again needs an image, and is nobody's who was at it before. */
@Timeout(60)
class RetriesIT {

    private final GatedEngine engine = new GatedEngine();
    private final BrokenRegions broken = new BrokenRegions();
    private Rig rig;

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig(broken::wrap);
    }

    @AfterEach
    void end() {
        rig.close();
    }

    @Test
    void anExecutionWhoseImageWasDeletedIsNotTriedAgain() {
        broken.breakDown("cn-two");
        var execution = rig.start(rig.template(""));
        rig.worker(engine, 1).ring();
        rig.await(execution, ExecutionStatus.PARTITION_SUCCESS);
        // As DeleteImage does it: marked first, then gone.
        rig.jdbc.sql("""
                update image_copy set state = 'FAILED', error_code = 'Deleting', execution_id = null
                 where id = (select image_id from execution where id = :id)
                """).param("id", execution.value()).update();

        assertThat(rig.executions.retry(execution, Rig.OWNER)).isEqualTo(RetryAnswer.IMAGE_GONE);
        rig.jdbc.sql("delete from image_copy where error_code = 'Deleting'").update();
        assertThat(rig.executions.retry(execution, Rig.OWNER, Optional.of(Rig.HOME)))
                .isEqualTo(RetryAnswer.IMAGE_GONE);
        assertThat(rig.status(execution)).isEqualTo(ExecutionStatus.PARTITION_SUCCESS);
    }

    @Test
    void whoeverWasAtItBeforeWritesNothingAnyMore() {
        broken.breakDown("cn-two");
        var execution = rig.start(rig.template(""));
        rig.worker(engine, 1).ring();
        rig.await(execution, ExecutionStatus.PARTITION_SUCCESS);
        var before = attempt(execution.value());

        rig.executions.retry(execution, Rig.OWNER);

        assertThat(attempt(execution.value())).isGreaterThan(before);
    }

    @Test
    void aStageThatIsTriedAgainGoesOnWithTheLogOfTheTryBefore() {
        broken.breakDown("cn-one");
        engine.print(9000);
        var execution = rig.start(rig.template(""));
        rig.worker(engine, 1).ring();
        Awaitility.await("the image is not taken").until(() -> broken.refused.get() > 0);
        broken.mend("cn-one");
        rig.await(execution, ExecutionStatus.SUCCESS);

        var chunks = rig.jdbc
                .sql("select first_byte, content from build_log_chunk where execution_id = :id order by first_byte")
                .param("id", execution.value())
                .query((row, number) -> Map.entry(row.getLong(1), new String(row.getBytes(2), StandardCharsets.UTF_8)))
                .list();
        var text = new StringBuilder();
        for (var chunk : chunks) {
            assertThat(chunk.getKey()).isEqualTo(text.length());
            text.append(chunk.getValue());
        }
        var once = "[1/1] RUN gate\n" + "\0".repeat(9000) + "\n-- storing 80 bytes in cn-one\n";
        assertThat(text.toString()).isEqualTo(once + "-- BUILDING, attempt 1\n" + once);
        assertThat(attempt(execution.value())).isEqualTo(1);
    }

    @Test
    void aCancelWhileTheImageIsStoredIsNoReasonToTryAgain() throws Exception {
        // Long enough for what would be tried again to be.
        rig.settings.stopGrace = Duration.ofSeconds(5);
        broken.hold("cn-one");
        var execution = rig.start(rig.template(""));
        rig.worker(engine, 1).ring();
        broken.awaitHeld();

        rig.cancel(execution, Duration.ofSeconds(30));
        rig.await(execution, ExecutionStatus.CANCELLED);

        assertThat(engine.builds).hasValue(1);
        rig.guaranteesHold();
    }

    @Test
    void aRegionInAnyTroubleKeepsNoCopyElsewhereInSight() throws Exception {
        broken.hold("cn-two");
        rig.settings.copiesAtOnce = 1;
        var execution = rig.start(rig.template(""));
        rig.worker(engine, 1).ring();
        broken.awaitHeld();
        assertThat(rig.copies(execution)).containsEntry("cn-one", "COPIED").containsEntry("cn-three", "COPIED");
        broken.surprise("cn-one");

        rig.cancel(execution, Duration.ofSeconds(30));
        rig.await(execution, ExecutionStatus.CANCELLED);

        assertThat(rig.copies(execution)).doesNotContainValue("COPIED");
    }

    @Test
    void aReasonThatPostgresCannotKeepIsKeptWithoutWhatItCannot() {
        var execution = rig.start(rig.template(""));
        engine.fail(execution.value(), new BuildFailedException("BuildCommand.Failed", "it said \0no\0"));
        rig.worker(engine, 1).ring();
        rig.await(execution, ExecutionStatus.FAILED);

        assertThat(rig.column(execution, "error_info")).isEqualTo("it said no");
        assertThat(engine.builds).hasValue(1);
    }

    private int attempt(String execution) {
        return rig.jdbc
                .sql("select attempt from execution where id = :id")
                .param("id", execution)
                .query(Integer.class)
                .single();
    }
}
