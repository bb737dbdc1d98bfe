package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.account.AccountId;
import dev.kiln.component.Component;
import dev.kiln.component.ComponentVersion;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.region.RegionId;
import dev.kiln.template.BuildCommand;
import dev.kiln.template.BuildContent;
import dev.kiln.template.ComponentId;
import dev.kiln.template.ComponentReference;
import dev.kiln.worker.engine.BuildEngine;
import dev.kiln.worker.engine.BuildFailedException;
import dev.kiln.worker.engine.BuildOutput;
import dev.kiln.worker.engine.BuildRequest;
import dev.kiln.worker.engine.StepJournal;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataIntegrityViolationException;

/** Components in the database: what a reference means, what is in use, and that an execution keeps its choice. */
class ComponentsIT {

    private static final String PRINTS = """
            Tasks:
            - {Name: a, Action: RunShellCommand, Properties: {commandContent: 'date'}}
            - {Name: b, Action: RunShellCommand, Properties: {commandContent: 'echo {{a.stdout}}'}}
            """;

    private final AtomicInteger numbers = new AtomicInteger();
    private Rig rig;

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig();
    }

    @AfterEach
    void end() {
        rig.close();
    }

    private Component component(AccountId account, String region, String version, String content) {
        var component = new Component(
                new ComponentId("ic-%020d".formatted(numbers.incrementAndGet())),
                account,
                new RegionId(region),
                "nginx",
                "",
                Component.Type.BUILD,
                ComponentVersion.parse(version).orElseThrow(),
                content,
                List.of(),
                Map.of("ResourceGroupId", "rg-1"),
                Instant.EPOCH);
        assertThat(rig.components.add(component)).isTrue();
        return component;
    }

    private Component component(String version) {
        return component(Rig.OWNER, "cn-one", version, PRINTS);
    }

    private static ComponentReference named(String version) {
        return ComponentReference.parse("acs:ecs:*:*:imagecomponent/nginx/" + version)
                .orElseThrow();
    }

    private Optional<String> resolved(ComponentReference reference) {
        return rig.components.resolve(reference, Rig.OWNER, Rig.HOME).map(Component::label);
    }

    @Test
    void aReferenceMeansTheNewestVersionThatFits() {
        for (var version : List.of("1.2.0", "1.10.0", "1.10.1", "2.0.5")) {
            component(version);
        }
        component(Rig.FRIEND, "cn-one", "9.0.0", PRINTS);
        component(Rig.OWNER, "cn-two", "8.0.0", PRINTS);

        assertThat(resolved(named("*.*.*"))).contains("nginx/2.0.5");
        assertThat(resolved(named("1.*.*"))).contains("nginx/1.10.1");
        assertThat(resolved(named("1.*.0"))).contains("nginx/1.10.0");
        assertThat(resolved(named("1.2.0"))).contains("nginx/1.2.0");
        assertThat(resolved(named("3.*.*"))).isEmpty();
        assertThat(rig.components.nextVersion(Rig.OWNER, Rig.HOME, "nginx")).contains(new ComponentVersion(3, 0, 0));
        assertThat(rig.components.nextVersion(Rig.OWNER, Rig.HOME, "other")).contains(new ComponentVersion(1, 0, 0));
        component("999999.0.0");
        assertThat(rig.components.nextVersion(Rig.OWNER, Rig.HOME, "nginx")).isEmpty();
    }

    @Test
    void componentsOfOthersAreAsGoodAsNone() {
        var friends = component(Rig.FRIEND, "cn-one", "1.0.0", PRINTS);

        assertThat(resolved(new ComponentReference.ById(friends.id()))).isEmpty();
        assertThat(resolved(named("*.*.*"))).isEmpty();
        assertThat(resolved(ComponentReference.parse("acs:ecs:cn-one:" + Rig.FRIEND + ":imagecomponent/nginx:1.0.0")
                        .orElseThrow()))
                .isEmpty();
        assertThat(rig.components.find(friends.id(), Rig.FRIEND))
                .get()
                .returns(PRINTS, Component::content)
                .returns(Map.of("ResourceGroupId", "rg-1"), Component::kept);
    }

    @Test
    void aVersionIsThereOnce() {
        var first = component("1.0.0");
        var again = new Component(
                new ComponentId("ic-00000000000000000099"),
                first.account(),
                first.region(),
                first.name(),
                "",
                Component.Type.TEST,
                first.version(),
                "RUN x",
                List.of(),
                Map.of(),
                Instant.EPOCH);

        assertThat(rig.components.add(again)).isFalse();
        assertThat(rig.components.find(again.id(), Rig.OWNER)).isEmpty();
    }

    @Test
    void whatATemplateNamesIsInUse() {
        var template = rig.template("");
        var older = component("1.0.0");
        var newest = component("1.1.0");
        var byId = component("2.0.0");
        rig.components.use(
                template,
                Rig.HOME,
                BuildContent.Kind.BUILD,
                List.of(named("1.*.*"), new ComponentReference.ById(byId.id())));

        assertThat(rig.components.isInUse(byId.id())).isTrue();
        assertThatThrownBy(() -> rig.components.delete(byId.id()))
                .as("the database repeats the rule")
                .isInstanceOf(DataIntegrityViolationException.class);
        assertThat(rig.components.isInUse(newest.id())).isTrue();
        assertThat(rig.components.isInUse(older.id())).isFalse();
        rig.components.delete(newest.id());
        assertThat(rig.components.isInUse(older.id())).isTrue();
        rig.jdbc.sql("delete from template").update();
        assertThat(rig.components.isInUse(byId.id())).isFalse();
    }

    @Test
    void anExecutionKeepsItsChoiceAndTheOutputsOfItsSteps() {
        component("1.0.0");
        var engine = new InterruptedOnce(() -> component(Rig.OWNER, "cn-one", "1.1.0", "RUN newer"));
        var template = rig.template("COMPONENT acs:ecs:*:*:imagecomponent/nginx/1.*.*", "", Rig.OWNER);

        var execution = rig.start(template);
        rig.worker(engine, 1).ring();
        rig.await(execution, ExecutionStatus.FAILED);

        assertThat(engine.kept).containsExactly(Optional.of("'; \u00e4\n$(x)"));
        assertThat(engine.steps).hasSize(2);
        assertThat(engine.steps.get(0)).hasSize(2).isEqualTo(engine.steps.get(1));

        var later = rig.start(template);
        rig.worker(engine, 1).ring();
        rig.await(later, ExecutionStatus.FAILED);
        assertThat(engine.steps.get(2)).containsExactly(new BuildCommand.Run("nginx/1.1.0 RUN newer", "newer"));
    }

    @Test
    void aChosenComponentThatIsDeletedAnywayEndsTheExecution() {
        var chosen = component("1.0.0");
        component("1.1.0");
        var engine = new InterruptedOnce(() -> {
            assertThat(rig.components.isInUse(chosen.id())).isTrue();
            rig.components.delete(chosen.id());
        });
        var execution = rig.start(rig.template("COMPONENT " + chosen.id(), "", Rig.OWNER));

        rig.worker(engine, 1).ring();
        rig.await(execution, ExecutionStatus.FAILED);

        assertThat(rig.column(execution, "error_code")).isEqualTo("ImageComponent.NotFound");
        assertThat(rig.column(execution, "message")).contains("deleted meanwhile");
        assertThat(engine.steps).hasSize(1);
    }

    @Test
    void aComponentThatIsNotThereIsFoundBeforeAnythingIsBuilt() {
        var engine = new InterruptedOnce(() -> {});
        var execution = rig.start(rig.template("COMPONENT ic-00000000000000000077", "", Rig.OWNER));

        rig.worker(engine, 1).ring();
        rig.await(execution, ExecutionStatus.FAILED);

        assertThat(rig.column(execution, "error_code")).isEqualTo("ImageComponent.NotFound");
        assertThat(engine.steps).isEmpty();
    }

    /** Breaks down in its first build after one step; every later one fails. */
    private static final class InterruptedOnce implements BuildEngine {

        private final Runnable meanwhile;
        final List<List<BuildCommand>> steps = new CopyOnWriteArrayList<>();
        final List<Optional<String>> kept = new CopyOnWriteArrayList<>();

        InterruptedOnce(Runnable meanwhile) {
            this.meanwhile = meanwhile;
        }

        @Override
        public void check() {}

        @Override
        public BuiltImage build(BuildRequest request, StepJournal journal, BuildOutput output)
                throws BuildFailedException, IOException, InterruptedException {
            steps.add(request.commands());
            if (steps.size() == 1) {
                journal.ended(new StepJournal.EndedStep(1, 0, Optional.empty(), Optional.of("'; \u00e4\n$(x)")));
                meanwhile.run();
                throw new IOException("this machine is gone");
            }
            journal.kept().forEach(step -> kept.add(step.stdout()));
            throw new BuildFailedException("BuildCommand.Failed", "enough");
        }

        @Override
        public void test(BuildRequest request, BuildOutput output) {}

        @Override
        public void discard(String name, int attempt) {}
    }
}
