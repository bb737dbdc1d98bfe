package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.RetryAnswer;
import java.io.IOException;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a region that failed costs: its copy and the shares of that one. */
@Timeout(180)
class FailedCopiesIT {

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
    void theSharesOfACopyThatFailedFailWithItAndNoOthersAndAreTriedAgainWithIt() {
        broken.breakDown("cn-two");
        var execution = rig.start(rig.template(""));
        var worker = rig.worker(engine, 1);
        worker.ring();
        rig.await(execution, ExecutionStatus.PARTITION_SUCCESS);
        Awaitility.await().until(() -> worker.free() == 1);

        assertThat(shares(execution)).containsExactly("cn-one SHARED", "cn-three SHARED", "cn-two FAILED");

        broken.mend("cn-two");
        assertThat(rig.executions.retry(execution, Rig.OWNER)).isEqualTo(RetryAnswer.ACCEPTED);
        rig.sweep(worker);
        rig.await(execution, ExecutionStatus.SUCCESS);
        assertThat(shares(execution)).containsExactly("cn-one SHARED", "cn-three SHARED", "cn-two SHARED");
        rig.guaranteesHold();
    }

    private List<String> shares(ExecutionId execution) {
        return rig.jdbc
                .sql("select c.region_id || ' ' || s.state from image_share s join image_copy c on c.id = s.image_id"
                        + " where c.execution_id = :id order by 1")
                .param("id", execution.value())
                .query(String.class)
                .list();
    }
}
