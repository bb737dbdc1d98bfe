package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.execution.Ability;
import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Failure;
import dev.kiln.execution.Outcome;
import dev.kiln.execution.SupersededException;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageForm;
import dev.kiln.image.ImageId;
import dev.kiln.image.ImageMetadata;
import dev.kiln.reaper.Intents;
import dev.kiln.worker.region.Target;
import dev.kiln.worker.region.Targets;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whatever a worker writes of an execution: when another attempt has it, or a cancel has come, it is refused and
 * nothing is changed. The attempt alone tells the two apart here, the status is the same.
 */
class FencedWritesIT {

    private static final Failure FAILURE = new Failure("Some.Code", "because");
    private static final ImageId COPY = new ImageId("m-90000000000000000002");
    private static final Target.Content CONTENT = new Target.Content(
            new Digest("sha256:" + "0".repeat(64)), 10, ImageForm.ARCHIVE, ImageMetadata.EMPTY, Optional.empty());

    private Rig rig;
    private Targets targets;
    private ExecutionId execution;
    private Attempt older;

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig();
        targets = new Targets(rig.jdbc);
        execution = rig.start(rig.template(""));
        var attempt = rig.claim(execution, "older");
        plan(attempt);
        older = rig.executions.advance(
                attempt,
                Advance.to(ExecutionStatus.BUILDING, "checked"),
                Advance.to(ExecutionStatus.DISTRIBUTING, "built"));
    }

    @AfterEach
    void end() {
        rig.close();
    }

    private void plan(Attempt attempt) {
        var ids = List.of(attempt.image(), COPY, new ImageId("m-90000000000000000003"));
        targets.plan(attempt, new ImageId("m-base"), new Targets.Naming("golden", "", "", "[]"), ids);
    }

    /** In an order in which one attempt may do them all. */
    private Map<String, Consumer<Attempt>> writes() {
        var writes = new LinkedHashMap<String, Consumer<Attempt>>();
        var intents = new Intents(rig.jdbc);
        writes.put("plan", this::plan);
        writes.put("intent", attempt -> intents.begin(attempt, Intents.Kind.LAYER, "cn-one", "layers/x/1"));
        writes.put("storing", targets::requireCurrent);
        writes.put("copying", attempt -> targets.copying(attempt, COPY));
        writes.put("progress", attempt -> targets.progress(attempt, COPY, 10).accept(5));
        writes.put("failed", attempt -> targets.failed(attempt, COPY, FAILURE));
        writes.put("copied", attempt -> targets.copied(attempt, COPY, CONTENT));
        writes.put("share", attempt -> targets.share(attempt, COPY));
        writes.put("fail unfinished", attempt -> targets.failUnfinished(attempt, FAILURE));
        writes.put("withdraw", attempt -> targets.withdraw(attempt, COPY));
        writes.put("remove", attempt -> targets.remove(attempt, COPY));
        writes.put("advance", attempt -> rig.executions.advance(attempt, released()));
        return writes;
    }

    private static Advance released() {
        return Advance.releasing(Outcome.SUCCESS, Failure.NONE, "");
    }

    private List<String> rows() {
        var rows = new ArrayList<String>();
        for (var table : List.of("execution", "execution_event", "image_copy", "image_share", "intent")) {
            rows.addAll(rig.jdbc
                    .sql("select t::text from " + table + " t order by 1")
                    .query(String.class)
                    .list());
        }
        return rows;
    }

    @Test
    void ofASupersededAttemptEveryWriteIsRefusedAndOfItsSuccessorNone() {
        var newer = rig.claim(execution, "newer");
        assertThat(newer.status()).isEqualTo(older.status());
        var before = rows();

        assertThat(rig.executions.leave(older, Set.of(Ability.DISKS))).isFalse();
        writes().forEach((name, write) ->
                assertThatThrownBy(() -> write.accept(older)).as(name).isInstanceOf(SupersededException.class));

        assertThat(rows()).isEqualTo(before);
        writes().values().forEach(write -> write.accept(newer));
        assertThat(rig.status(execution)).isEqualTo(ExecutionStatus.RELEASING);
    }

    @Test
    void afterACancelEveryWriteIsRefused() {
        rig.cancel(execution, Duration.ofHours(1));
        var before = rows();

        assertThat(rig.executions.leave(older, Set.of(Ability.DISKS))).isFalse();
        var writes = writes();
        writes.remove("advance");
        writes.forEach((name, write) ->
                assertThatThrownBy(() -> write.accept(older)).as(name).isInstanceOf(SupersededException.class));
        assertThat(rig.executions.advance(older, released()).status()).isEqualTo(ExecutionStatus.CANCELLING);

        assertThat(rows()).isEqualTo(before);
    }
}
