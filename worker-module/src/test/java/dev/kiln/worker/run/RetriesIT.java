package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.RetryAnswer;
import java.io.IOException;
import java.util.Optional;
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

    private int attempt(String execution) {
        return rig.jdbc
                .sql("select attempt from execution where id = :id")
                .param("id", execution)
                .query(Integer.class)
                .single();
    }
}
