package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.Ability;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.RetryAnswer;
import dev.kiln.image.ImageId;
import dev.kiln.parameter.RunParameter;
import dev.kiln.parameter.RunParameters;
import dev.kiln.template.TemplateId;
import dev.kiln.testing.OwnThreads;
import dev.kiln.worker.engine.Abilities;
import dev.kiln.worker.engine.PackerArtifact;
import dev.kiln.worker.region.SourceImages;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Executions whose images Packer makes. */
class PackerIT {

    private static final PackerArtifact ONE = new PackerArtifact("amazon-ebs.a", "cn-one", "ami-1");
    private static final PackerArtifact TWO = new PackerArtifact("amazon-ebs.a", "cn-two", "ami-2");
    private static final PackerArtifact MORE = new PackerArtifact("amazon-ebs.b", "cn-two", "ami-22");
    private static final PackerArtifact THREE = new PackerArtifact("amazon-ebs.a", "cn-three", "ami-3");

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
    void whatPackerMadeIsRecordedForEachRegionByAWorkerThatHasPacker() {
        engine.makeByPacker(ONE, TWO, MORE, THREE, new PackerArtifact("amazon-ebs.a", "us-east-1", "ami-9"));
        var execution = rig.start(template());
        rig.sweep(rig.worker(engine, new Abilities(Map.of(Ability.PACKER, "it is a test"))));
        Awaitility.await().until(() -> rig.column(execution, "needs").equals("{packer}"));

        rig.sweep(rig.worker(engine, Abilities.ALL));
        rig.await(execution, ExecutionStatus.SUCCESS);

        assertThat(artifacts(execution))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("cn-one", "ami-1", "cn-two", "ami-2, ami-22", "cn-three", "ami-3"));
        assertThat(engine.builds).hasValue(0);
        // There are no bytes, so nothing can be built on it.
        var image = new ImageId(rig.column(execution, "image_id"));
        assertThat(new SourceImages(rig.jdbc).find(image)).isEmpty();
        rig.guaranteesHold();
    }

    @Test
    void whatIsCancelledHasItsGraceToUndoWhatItMade() {
        engine.close();
        engine.beDeaf();
        var execution = rig.start(template());
        rig.worker(engine, Abilities.ALL).ring();
        Awaitility.await().until(() -> engine.packed.get() == 1);

        rig.cancel(execution, Duration.ofMinutes(10));
        Awaitility.await().until(() -> engine.interrupted.get() == 1);
        // Longer than other stages have.
        Awaitility.await()
                .during(Duration.ofMillis(1500))
                .until(() -> rig.status(execution) == ExecutionStatus.CANCELLING);
        engine.open();

        rig.await(execution, ExecutionStatus.CANCELLED);
        rig.guaranteesHold();
    }

    @Test
    void whatIsSaidOfWhatPackerMadeHasNoSecretInIt() {
        var secret = "7f3b-whose-account";
        var id = "/subscriptions/" + secret + "/images/web";
        engine.makeByPacker(
                new PackerArtifact("azure-arm.a", "cn-one", id), new PackerArtifact("azure-arm.a", "us-east-1", id));
        var execution = rig.start(template());
        rig.parameters.add(
                execution, new RunParameters(List.of(new RunParameter("ARM_SUBSCRIPTION_ID", secret, true))));
        rig.sweep(rig.worker(engine, Abilities.ALL));
        rig.await(execution, ExecutionStatus.PARTITION_SUCCESS);

        assertThat(artifacts(execution)).containsEntry("cn-one", id);
        assertThat(rig.jdbc
                        .sql("select message from execution_event"
                                + " union all select convert_from(content, 'UTF8') from build_log_chunk"
                                + " union all select error_info from image_copy")
                        .query(String.class)
                        .list())
                .anyMatch(text -> text.contains("not recorded: /subscriptions/***/images/web in us-east-1"))
                .noneMatch(text -> text.contains(secret));
    }

    @Test
    void packerIsNotRunAgainBecauseScratchSpaceCannotBeGivenBack() {
        engine.makeByPacker(ONE, TWO, THREE);
        engine.breakDown();
        var execution = rig.start(template());
        rig.sweep(rig.worker(engine, Abilities.ALL));
        rig.await(execution, ExecutionStatus.SUCCESS);

        assertThat(engine.packed).hasValue(1);
        assertThat(artifacts(execution)).hasSize(3);
    }

    @Test
    void aWorkerThatStopsWaitsUntilPackerHasUndoneWhatItMade() throws Exception {
        rig.settings.packerGrace = Duration.ofMinutes(1);
        engine.close();
        engine.beDeaf();
        var execution = rig.start(template());
        var leaving = rig.worker(engine, Abilities.ALL);
        leaving.ring();
        Awaitility.await().until(() -> engine.packed.get() == 1);

        var left = CompletableFuture.runAsync(leaving::close, OwnThreads.EACH);
        // Longer than any other stage has.
        Awaitility.await()
                .during(Duration.ofSeconds(13))
                .atMost(Duration.ofSeconds(20))
                .until(() -> !left.isDone());
        engine.open();
        left.get();

        assertThat(engine.interrupted.get()).isPositive();
        assertThat(rig.status(execution)).isEqualTo(ExecutionStatus.BUILDING);
    }

    @Test
    void aRegionWithoutAnImageHasFailedAndIsNotCopiedTo() {
        engine.makeByPacker(ONE, TWO);
        var execution = rig.start(template());
        var worker = rig.worker(engine, Abilities.ALL);
        rig.sweep(worker);
        rig.await(execution, ExecutionStatus.PARTITION_SUCCESS);

        assertThat(rig.executions.retry(execution, Rig.OWNER)).isEqualTo(RetryAnswer.ACCEPTED);
        rig.sweep(worker);
        rig.await(execution, ExecutionStatus.PARTITION_SUCCESS);
        assertThat(rig.jdbc
                        .sql("select error_code from image_copy where execution_id = :id and region_id = 'cn-three'")
                        .param("id", execution.value())
                        .query(String.class)
                        .single())
                .isEqualTo("Packer.NoArtifact");
        rig.guaranteesHold();
    }

    @Test
    void withoutAnImageAtHomeItFailsAndTellsWhatWasMade() {
        engine.makeByPacker(TWO);
        var execution = rig.start(template());
        rig.sweep(rig.worker(engine, Abilities.ALL));
        rig.await(execution, ExecutionStatus.FAILED);

        assertThat(rig.column(execution, "error_code")).isEqualTo("Packer.NoArtifact");
        assertThat(rig.column(execution, "error_info")).contains("no image in region cn-one, but ami-2 in cn-two");
        rig.guaranteesHold();
    }

    @Test
    void aCancelStopsPacker() {
        engine.close();
        var execution = rig.start(template());
        rig.sweep(rig.worker(engine, Abilities.ALL));
        Awaitility.await().until(() -> engine.packed.get() == 1);
        rig.cancel(execution, Duration.ofHours(1));
        rig.await(execution, ExecutionStatus.CANCELLED);
        assertThat(engine.interrupted).hasValue(1);
        rig.guaranteesHold();
    }

    private TemplateId template() {
        var template = rig.template("", "", Rig.OWNER);
        rig.jdbc
                .sql("update template set packer_file = 'a.pkr.hcl', add_accounts = '{}' where id = :id")
                .param("id", template.value())
                .update();
        return template;
    }

    private Map<String, String> artifacts(ExecutionId execution) {
        return rig
                .jdbc
                .sql("select region_id, artifact from image_copy where execution_id = :id and state = 'COPIED'")
                .param("id", execution.value())
                .query((row, number) -> Map.entry(row.getString("region_id"), row.getString("artifact")))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
