package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.worker.engine.BuildFailedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a build's output when there is too much of it, or nowhere to write it. */
class BuildLogIT {

    private final GatedEngine engine = new GatedEngine();
    private Rig rig;

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig();
    }

    @AfterEach
    void end() {
        engine.open();
        rig.close();
    }

    @Test
    void ofABuildThatPrintsMoreThanItsLogMayHoldHeadAndTailAreKept() {
        engine.print(64 << 20);
        var execution = rig.start(rig.template(""));

        rig.worker(engine, 1).ring();
        rig.await(execution, ExecutionStatus.SUCCESS);

        var log = log(execution);
        assertThat(log).hasSizeBetween(3 << 18, (1 << 20) + (1 << 17));
        assertThat(new String(log, StandardCharsets.UTF_8))
                .startsWith("[1/1] RUN gate\n\0")
                .endsWith("\n-- storing 80 bytes in cn-one\n");
        // The step is known, and its place in all that was printed, though most of it is nowhere.
        assertThat(rig.jdbc
                        .sql("select kind || ' ' || step || ' ' || text from build_log_mark where execution_id = :id"
                                + " and first_byte = 0")
                        .param("id", execution.value())
                        .query(String.class)
                        .single())
                .isEqualTo("STARTED 1 RUN gate");
        assertThat(rig.jdbc
                        .sql("select max(first_byte) from build_log_mark where execution_id = :id and kind = 'NOTE'")
                        .param("id", execution.value())
                        .query(Long.class)
                        .single())
                .isGreaterThan(64 << 20);
    }

    @Test
    void whatFailedItIsTheLastLine() {
        engine.print(3);
        var execution = rig.start(rig.template("RUN test"));
        engine.closeTests();
        rig.worker(engine, 1).ring();
        rig.await(execution, ExecutionStatus.TESTING);
        engine.failTest(
                execution.value(),
                new BuildFailedException("BuildCommand.Failed", "step 1 ended with exit code 1; last lines:\nno\nno"));

        engine.open();
        rig.await(execution, ExecutionStatus.TEST_FAILED);

        assertThat(new String(log(execution), StandardCharsets.UTF_8))
                .endsWith("\n-- failed: step 1 ended with exit code 1 (BuildCommand.Failed)\n");

        var second = rig.start(rig.template(""));
        engine.fail(second.value(), new BuildFailedException("BaseImage.Refused", "the base image has no /bin/sh"));
        rig.worker(engine, 1).ring();
        rig.await(second, ExecutionStatus.FAILED);
        assertThat(new String(log(second), StandardCharsets.UTF_8))
                .isEqualTo("[1/1] RUN gate\n\0\0\0\n-- failed: the base image has no /bin/sh (BaseImage.Refused)\n");
    }

    private byte[] log(ExecutionId execution) {
        return rig.jdbc
                .sql("select string_agg(content, '' order by first_byte) from build_log_chunk where execution_id = :id")
                .param("id", execution.value())
                .query(byte[].class)
                .single();
    }

    @Test
    void outputThatCannotBeWrittenForAWhileIsWrittenLaterAndOnce() {
        rig.jdbc.sql("""
                create sequence refused;
                create function refuse() returns trigger language plpgsql as $$
                begin perform nextval('refused'); raise exception 'no room'; end $$;
                create trigger refuse before insert on build_log_chunk
                    for each row when (new.attempt > 0) execute function refuse();
                """).update();
        engine.close();
        engine.print(100_000);
        var execution = rig.start(rig.template(""));
        rig.worker(engine, 1).ring();
        Awaitility.await("writes fail")
                .until(() -> rig.jdbc
                                .sql("select last_value from refused")
                                .query(Long.class)
                                .single()
                        > 1);
        // A write that came through although its answer was lost.
        rig.jdbc
                .sql("insert into build_log_chunk (execution_id, first_byte, content, attempt)"
                        + " values (:id, 0, convert_to('[1/1] RUN ', 'UTF8'), 0)")
                .param("id", execution.value())
                .update();

        rig.jdbc.sql("drop trigger refuse on build_log_chunk").update();
        Awaitility.await("the log is written").until(() -> log(execution).length > 100_000);
        engine.open();
        rig.await(execution, ExecutionStatus.SUCCESS);

        assertThat(new String(log(execution), StandardCharsets.UTF_8))
                .isEqualTo("[1/1] RUN gate\n" + "\0".repeat(100_000) + "\n-- storing 80 bytes in cn-one\n");
    }
}
