package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.template.TemplateId;
import dev.kiln.worker.engine.Builds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/**
 * Steps that one machine's worker has run, taken by the workers of others, each with an engine directory of its own.
 */
class SharedStepsIT {

    private static final String TAKEN = "taken from the step cache";

    private final BrokenRegions broken = new BrokenRegions();

    @TempDir
    private Path directory;

    private Rig rig;
    private int machines;

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig(broken::wrap);
        rig.baseImage(Builds.base());
    }

    @AfterEach
    void end() {
        broken.recover();
        rig.close();
    }

    private TemplateId template() {
        var template = rig.template("");
        rig.content("RUN cat /proc/sys/kernel/random/uuid | tee /etc/id\nRUN cat /etc/id");
        rig.jdbc.sql("update template set step_cache_seconds = 3600").update();
        return template;
    }

    private ExecutionId runOnAnotherMachine(TemplateId template) {
        machines++;
        return run(template);
    }

    /** On the same machine as the one before. */
    private ExecutionId run(TemplateId template) {
        var limit = Duration.ofMinutes(1);
        var engine = Builds.engine(directory.resolve("machine-" + machines), limit, limit);
        var execution = rig.start(template);
        try (var worker = rig.worker(engine, 1)) {
            worker.ring();
            rig.await(execution, ExecutionStatus.SUCCESS);
        } // else it might look at the line once more, and run on this machine what is for the next
        return execution;
    }

    private String log(ExecutionId execution) {
        var bytes = rig.jdbc
                .sql("select string_agg(content, '' order by first_byte) from build_log_chunk where execution_id = :id")
                .param("id", execution.value())
                .query(byte[].class)
                .single();
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private List<String> digests(ExecutionId execution) {
        return rig.jdbc
                .sql("select distinct digest from image_copy where execution_id = :id")
                .param("id", execution.value())
                .query(String.class)
                .list();
    }

    private List<Path> sharedLayers() throws IOException {
        var steps = rig.directories.get(Rig.HOME.value()).resolve("steps");
        if (Files.notExists(steps)) {
            return List.of();
        }
        try (var files = Files.walk(steps)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void aMachineTakesTheStepsThatAnotherHasRun() throws IOException {
        var template = template();
        var first = runOnAnotherMachine(template);
        var second = runOnAnotherMachine(template);

        assertThat(log(first)).doesNotContain(TAKEN);
        assertThat(log(second).split(TAKEN, -1)).hasSize(3);
        assertThat(digests(second)).isEqualTo(digests(first));
        assertThat(sharedLayers()).hasSize(2);
        rig.guaranteesHold();
    }

    @Test
    void aLayerThatIsDamagedInTheRegionIsOfNoUseAndMadeAnew() throws IOException {
        var template = template();
        var first = runOnAnotherMachine(template);
        for (var layer : sharedLayers()) {
            Files.writeString(layer, "damaged");
        }
        var second = runOnAnotherMachine(template);
        var third = runOnAnotherMachine(template);

        assertThat(log(second)).doesNotContain(TAKEN);
        assertThat(digests(second)).isNotEqualTo(digests(first));
        assertThat(log(third)).contains(TAKEN);
        assertThat(digests(third)).isEqualTo(digests(second));
        rig.guaranteesHold();
    }

    @Test
    void aPackedImageThatIsDamagedIsPackedAnew() throws IOException {
        var template = template();
        var first = runOnAnotherMachine(template);
        try (var files = Files.walk(directory)) {
            var packed = files.filter(file -> file.getFileName().toString().startsWith("packed-"))
                    .toList();
            assertThat(packed).isNotEmpty();
            for (var file : packed) {
                Files.writeString(file, "damaged");
            }
        }
        var second = run(template);

        assertThat(log(second)).contains(TAKEN);
        assertThat(digests(second)).isEqualTo(digests(first));
        rig.guaranteesHold();
    }

    @Test
    void aStepThatIsTooOldIsRunAgain() throws IOException {
        var template = template();
        runOnAnotherMachine(template);
        rig.jdbc
                .sql("update cached_step set made_at = now() - interval '2 hours'")
                .update();

        assertThat(log(runOnAnotherMachine(template))).doesNotContain(TAKEN);
        rig.guaranteesHold();
    }

    @Test
    void whatIsMoreThanARegionMayHoldGoesWithItsObject() throws IOException {
        rig.settings.sharedSteps = DataSize.ofBytes(1);
        runOnAnotherMachine(template());

        assertThat(rig.jdbc
                        .sql("select key from cached_step")
                        .query(String.class)
                        .list())
                .as("looked at once a minute: the first step was there, the second came after")
                .hasSize(1);
        assertThat(sharedLayers()).hasSize(1);
        rig.guaranteesHold();
    }
}
