package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.Ability;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionQueue;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Workers;
import dev.kiln.image.ImageForm;
import dev.kiln.template.TemplateId;
import dev.kiln.worker.engine.Abilities;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Executions that need what not every worker can do. */
class AbilitiesIT {

    private static final Set<Ability> EVERYTHING = Set.of(Ability.values());

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
    void anExecutionWaitsForAWorkerThatCanDoItAndHoldsNobodyBack() {
        var needy = rig.start(diskTemplate(""));
        var others = List.of(rig.start(rig.template("")), rig.start(rig.template("")));
        var unable = worker(Ability.BOOTABLE_DISKS, Ability.KVM);
        rig.sweep(unable);
        others.forEach(each -> rig.await(each, ExecutionStatus.SUCCESS));
        awaitLeft(needy, "{bootable-disks}");
        Awaitility.await().until(() -> unable.free() == 1);

        assertThat(rig.status(needy)).isEqualTo(ExecutionStatus.BUILDING);
        assertThat(rig.queue.position(needy)).isEmpty();
        assertThat(rig.queue.next(9, List.of(), EVERYTHING, true)).containsExactly(needy);
        assertThat(rig.queue.standing().unable()).isEqualTo(1);
        rig.sweep(unable);
        assertThat(unable.ring()).isTrue();
        Awaitility.await().until(() -> unable.free() == 1);
        assertThat(rig.column(needy, "attempt")).isEqualTo("1");

        rig.sweep(worker());

        rig.await(needy, ExecutionStatus.SUCCESS);
        assertThat(rig.column(needy, "attempt")).isEqualTo("2");
        assertThat(rig.queue.standing().unable()).isZero();
        rig.guaranteesHold();
    }

    @Test
    void whatUsesANetworkWaitsForAWorkerThatCanGiveItOne() {
        var alone = rig.start(rig.template(""));
        var template = rig.template("RUN true");
        rig.jdbc
                .sql("update template set network_mbit = 1 where id = :id")
                .param("id", template.value())
                .update();
        var execution = rig.start(template);

        rig.sweep(worker(Ability.NETWORK));
        rig.await(alone, ExecutionStatus.SUCCESS);
        awaitLeft(execution, "{network}");
        rig.sweep(worker());

        rig.await(execution, ExecutionStatus.SUCCESS);
        rig.guaranteesHold();
    }

    @Test
    void anotherWorkerTestsWhatThisOneHasBuiltAndIfItIsGoneTheExecutionWaitsAgain() {
        var template = diskTemplate("RUN true");
        rig.jdbc.sql("update template set needs_kvm = true").update();
        var execution = rig.start(template);
        var builder = worker(Ability.MACHINES, Ability.KVM);
        rig.sweep(builder);
        awaitLeft(execution, "{machines,kvm}");
        assertThat(engine.builds).hasValue(1);

        var emulating = worker(Ability.KVM);
        rig.sweep(emulating);
        assertThat(rig.queue.standing().unable()).isEqualTo(1);
        var able = worker();
        rig.announcementOf(able).renew();
        assertThat(rig.queue.position(execution)).hasValue(1);
        rig.announcementOf(able).close();
        // Its session's lock goes when the server has ended the session.
        Awaitility.await().until(() -> rig.queue.position(execution).isEmpty());

        rig.sweep(worker());

        rig.await(execution, ExecutionStatus.SUCCESS);
        assertThat(engine.builds).hasValue(1);
        assertThat(engine.tested).containsEntry(execution.value(), new ImageForm(ImageForm.Kind.QCOW2, 1 << 20));
        rig.guaranteesHold();
    }

    @Test
    void aCancelOfOneThatWaitsForAnAbilityNeedsNone() {
        var execution = rig.start(diskTemplate(""));
        var unable = worker(Ability.BOOTABLE_DISKS);
        rig.sweep(unable);
        awaitLeft(execution, "{bootable-disks}");

        rig.cancel(execution, Duration.ofHours(1));
        rig.sweep(unable);

        rig.await(execution, ExecutionStatus.CANCELLED);
        rig.guaranteesHold();
    }

    @Test
    void whoIsGoneIsNotThereAndTheNextOneRemovesItsRow() {
        var first = worker(Ability.KVM);
        rig.announcementOf(first).renew();
        rig.announcementOf(first).renew();
        var workers = new Workers(rig.jdbc);
        assertThat(workers.present()).singleElement().satisfies(worker -> {
            assertThat(worker.able())
                    .containsExactly(
                            "disks",
                            "bootable-disks",
                            "machines",
                            "x86_64",
                            "arm64",
                            "xfs",
                            "btrfs",
                            "packer",
                            "network");
            assertThat(worker.lacking()).containsExactly(Map.entry("kvm", "it is a test"));
        });

        rig.announcementOf(first).close();
        Awaitility.await().until(() -> workers.present().isEmpty());
        rig.announcementOf(worker()).renew();
        assertThat(rig.jdbc.sql("select count(*) from worker").query(Long.class).single())
                .isEqualTo(1);
    }

    @Test
    void anExecutionGoesToAWorkerOfItsImagesArchitectureAlone() {
        rig.jdbc
                .sql("update image_copy set metadata = jsonb_set(metadata, '{architecture}', '\"arm64\"')")
                .update();
        var execution = rig.start(rig.template("RUN true"));
        var other = rig.start(diskTemplate(""));
        var amd = worker(Ability.ARM64);
        rig.sweep(amd);
        awaitLeft(execution, "{arm64}");

        rig.announcementOf(amd).renew();
        assertThat(rig.queue.position(execution)).isEmpty();
        assertThat(rig.jdbc
                        .sql("select e.*" + ExecutionQueue.UNMET + " from execution e where e.id = :id")
                        .param("id", execution.value())
                        .query((row, number) -> ExecutionQueue.message(row))
                        .single())
                .isEqualTo("waits for a worker that can run programs for arm64 processors; none of the 1 that are"
                        + " there can");
        // Of such a root file system no worker makes a disk.
        rig.await(other, ExecutionStatus.FAILED);
        assertThat(rig.column(other, "error_code")).isEqualTo("OutputFormat.Refused");

        rig.sweep(worker(Ability.X86_64, Ability.MACHINES, Ability.XFS));
        rig.await(execution, ExecutionStatus.SUCCESS);
        assertThat(engine.builds).hasValue(1);
        assertThat(rig.jdbc
                        .sql("select distinct metadata ->> 'architecture' from image_copy where execution_id = :id")
                        .param("id", execution.value())
                        .query(String.class)
                        .list())
                .containsExactly("arm64");
        rig.guaranteesHold();
    }

    @Test
    void whatShowsOnlyWhenADiskIsOpenIsKnownFromThenOn() {
        var execution = rig.start(rig.template(""));
        engine.need(execution.value(), Set.of(Ability.DISKS, Ability.ARM64));
        rig.sweep(worker(Ability.ARM64));
        awaitLeft(execution, "{disks,arm64}");

        rig.sweep(worker());
        rig.await(execution, ExecutionStatus.SUCCESS);
        assertThat(rig.column(execution, "attempt")).isEqualTo("2");
        rig.guaranteesHold();
    }

    @Test
    void whatShowsOnlyWhenADiskIsOpenIsNeededBesidesWhatWasKnown() {
        var template = rig.template("");
        rig.jdbc
                .sql("update template set network_mbit = 1 where id = :id")
                .param("id", template.value())
                .update();
        var execution = rig.start(template);
        engine.need(execution.value(), Set.of(Ability.DISKS, Ability.XFS));
        rig.sweep(worker(Ability.XFS));
        awaitLeft(execution, "{disks,xfs,network}");
        var other = worker(Ability.NETWORK);
        rig.sweep(other);
        assertThat(rig.queue.standing().unable()).isEqualTo(1);
        assertThat(rig.column(execution, "attempt")).isEqualTo("1");

        rig.sweep(worker());
        rig.await(execution, ExecutionStatus.SUCCESS);
        rig.guaranteesHold();
    }

    @Test
    void aWorkerThatLostWhatItAnnouncedDoesNotTakeTheSameExecutionAgainAtOnce() {
        var execution = rig.start(rig.template(""));
        engine.need(execution.value(), Set.of(Ability.DISKS));
        var forgetful = worker();
        rig.sweep(forgetful);
        awaitLeft(execution, "{disks}");

        Awaitility.await().until(() -> forgetful.free() == 1);
        rig.sweep(forgetful);
        assertThat(forgetful.free()).isEqualTo(1);
        assertThat(rig.column(execution, "attempt")).isEqualTo("1");
        rig.sweep(worker());
        rig.await(execution, ExecutionStatus.SUCCESS);
    }

    @Test
    void whatShowsOnlyWhenADiskIsTestedIsNeededBesidesAMachine() {
        var execution = rig.start(diskTemplate("RUN true"));
        engine.needToTest(execution.value(), Set.of(Ability.DISKS, Ability.XFS));
        rig.sweep(worker(Ability.XFS));
        awaitLeft(execution, "{disks,machines,xfs}");

        rig.sweep(worker());
        rig.await(execution, ExecutionStatus.SUCCESS);
        assertThat(engine.builds).hasValue(1);
        rig.guaranteesHold();
    }

    private TemplateId diskTemplate(String test) {
        var template = rig.template(test);
        rig.jdbc
                .sql("update template set output_form = 'QCOW2' where id = :id")
                .param("id", template.value())
                .update();
        return template;
    }

    private ExecutionSlots worker(Ability... lacking) {
        var reasons = new EnumMap<Ability, String>(Ability.class);
        for (var ability : lacking) {
            reasons.put(ability, "it is a test");
        }
        return rig.worker(engine, new Abilities(reasons));
    }

    private void awaitLeft(ExecutionId execution, String needs) {
        Awaitility.await().until(() -> rig.column(execution, "needs").equals(needs));
    }
}
