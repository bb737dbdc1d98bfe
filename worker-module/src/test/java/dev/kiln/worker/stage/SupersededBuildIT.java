package dev.kiln.worker.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.account.AccountId;
import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Executions;
import dev.kiln.execution.SupersededException;
import dev.kiln.image.ImageId;
import dev.kiln.region.StoreKey;
import dev.kiln.template.TemplateId;
import dev.kiln.testing.TestServers;
import dev.kiln.worker.engine.StepJournal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A build that another attempt has taken over keeps no step, forgets none, and says nothing in the log any more. */
class SupersededBuildIT {

    private static final ExecutionId EXECUTION = new ExecutionId("exec-%020d".formatted(1));
    private static final TemplateId TEMPLATE = new TemplateId("ip-%020d".formatted(1));

    private final JdbcClient jdbc = TestServers.freshDatabase().client();
    private final Executions executions = new Executions(jdbc);
    private final BuildSteps steps = new BuildSteps(jdbc);
    private Attempt older;
    private Attempt newer;

    @BeforeEach
    void begin() {
        jdbc.sql("insert into account (id, name) values (1001, 'somebody')").update();
        jdbc.sql("""
                        insert into template (id, account_id, region_id, name, base_image_type, base_image)
                        values (:id, 1001, 'cn-one', 'golden', 'IMAGE', 'm-base')
                        """).param("id", TEMPLATE.value()).update();
        var image = new ImageId("m-%020d".formatted(1));
        var account = new AccountId(1001);
        assertThat(executions.start(EXECUTION, image, TEMPLATE, account, List.of(), Optional.empty()))
                .isPresent();
        older = executions.advance(claim(), Advance.to(ExecutionStatus.BUILDING, "checked"));
        newer = claim();
    }

    private Attempt claim() {
        return executions.claim(jdbc, EXECUTION, "worker", "somewhere").orElseThrow();
    }

    private void add(Attempt attempt, int number) {
        var step = new StepJournal.EndedStep(number, 0, Optional.empty(), Optional.empty());
        steps.add(attempt, step, 0, new StoreKey("layers/" + EXECUTION + "/" + number));
    }

    @Test
    void itsStepsAreNotKeptAndThoseOfItsSuccessorAreNotForgotten() {
        assertThatThrownBy(() -> add(older, 1)).isInstanceOf(SupersededException.class);
        assertThat(steps.of(newer)).isEmpty();
        add(newer, 1);

        assertThatThrownBy(() -> add(older, 1)).isInstanceOf(SupersededException.class);
        steps.removeAll(older);

        assertThat(jdbc.sql("select attempt from build_step")
                        .query(Integer.class)
                        .list())
                .containsExactly(newer.number());
        steps.removeAll(newer);
        assertThat(steps.of(newer)).isEmpty();
    }

    @Test
    void itWritesNoLog() {
        var chunk = new PendingOutput.Chunk(0, "said".getBytes(StandardCharsets.UTF_8), List.of());
        try (var logs = new BuildLogs(jdbc, 1 << 20)) {
            assertThatThrownBy(() -> logs.append(older, chunk)).isInstanceOf(SupersededException.class);
            assertThat(logs.end(newer)).isZero();
            logs.append(newer, chunk);
            assertThat(logs.end(newer)).isEqualTo(4);
        }
    }
}
