package dev.kiln.worker.reaper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kiln.reaper.Finding;
import dev.kiln.reaper.Intents;
import dev.kiln.worker.engine.Builds;
import dev.kiln.worker.engine.EndlessBuild;
import dev.kiln.worker.engine.EndlessUnpacking;
import dev.kiln.worker.engine.EngineSettings;
import dev.kiln.worker.engine.SandboxBuildEngine;
import dev.kiln.worker.engine.StepJournal;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What builds leave on a machine whose worker was killed goes in one sweep; what is at work stays. */
@Timeout(180)
class PlaceSweepIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int SLEEP = 98766;

    @TempDir
    private Path directory;

    private final ReaperRig rig = new ReaperRig();
    private final List<Process> processes = new ArrayList<>();
    private SandboxBuildEngine engine;
    private PlaceSweep sweep;
    private String place;

    @BeforeEach
    void begin() throws IOException {
        engine = new SandboxBuildEngine(EngineSettings.in(directory));
        sweep = new PlaceSweep(engine, rig.intents);
        place = engine.place().id();
    }

    @AfterEach
    void end() {
        processes.forEach(Process::destroyForcibly);
        await().atMost(SOON).until(() -> Builds.sleepers(SLEEP) == 0);
    }

    private Process build(String name) throws IOException {
        var process = ReaperRig.start(EndlessBuild.class, directory.toString(), name, Integer.toString(SLEEP));
        processes.add(process);
        await().atMost(SOON).until(() -> Builds.sleepers(SLEEP) == 2);
        return process;
    }

    private void kill(Process process) throws InterruptedException {
        process.destroyForcibly().waitFor();
        await().atMost(SOON).until(() -> Builds.sleepers(SLEEP) == 0);
    }

    @Test
    void whatAKilledBuildLeftGoesOnceItsExecutionGoesOnElsewhere() throws Exception {
        var attempt = rig.attempt();
        var name = attempt.execution().value();
        rig.intents.begin(attempt, Intents.Kind.SCRATCH, place, name);
        kill(build(name));
        assertThat(sweep.run()).as("whoever adopts it here may go on with it").isEmpty();
        assertThat(engine.found()).containsExactly(name);

        rig.claim(attempt.execution());

        assertThat(sweep.run()).singleElement().satisfies(found -> {
            assertThat(found.kind()).isEqualTo(Finding.Kind.SCRATCH);
            assertThat(found.execution()).isEqualTo(name);
            assertThat(found.verdict()).isEqualTo(Finding.Verdict.REMOVED);
        });
        assertNothingLeft();
    }

    @Test
    void whatWasLeftOfAnEndedExecutionGoes() throws Exception {
        var attempt = rig.attempt();
        rig.intents.begin(
                attempt, Intents.Kind.SCRATCH, place, attempt.execution().value());
        kill(build(attempt.execution().value()));
        rig.end(attempt, "FAILED");

        assertThat(sweep.run()).hasSize(1);

        assertNothingLeft();
    }

    @Test
    void aBuildOfAnotherProcessInTheSamePlaceIsNotDisturbed() throws Exception {
        var earlier = rig.attempt();
        var name = earlier.execution().value();
        rig.intents.begin(earlier, Intents.Kind.SCRATCH, place, name);
        rig.intents.begin(rig.claim(earlier.execution()), Intents.Kind.SCRATCH, place, name);
        var process = build(name);

        for (var round = 0; round < 50; round++) {
            assertThat(sweep.run()).isEmpty();
        }

        assertThat(process.isAlive()).isTrue();
        assertThat(Builds.sleepers(SLEEP)).isEqualTo(2);
        assertThat(rig.intents()).as("the earlier attempt's is forgotten").isEqualTo(1);
    }

    @Test
    void aSupersededBuildThatHangsIsToldOfAndGoesWithItsProcess() throws Exception {
        var attempt = rig.attempt();
        rig.intents.begin(
                attempt, Intents.Kind.SCRATCH, place, attempt.execution().value());
        var process = build(attempt.execution().value());
        rig.claim(attempt.execution());

        assertThat(sweep.run()).extracting(Finding::verdict).containsExactly(Finding.Verdict.LEFT);
        assertThat(Builds.sleepers(SLEEP)).isEqualTo(2);

        kill(process);
        assertThat(sweep.run()).extracting(Finding::verdict).containsExactly(Finding.Verdict.REMOVED);
        assertNothingLeft();
    }

    @Test
    void aWorkerThatWritesNoIntentsYetIsNotDisturbed() throws Exception {
        var attempt = rig.attempt();
        Files.createDirectories(
                directory.resolve("builds").resolve(attempt.execution().value()).resolve("build"));

        assertThat(sweep.run()).isEmpty();
        assertThat(engine.found()).hasSize(1);

        rig.end(attempt, "FAILED");
        assertThat(sweep.run()).hasSize(1);
        assertNothingLeft();
    }

    @Test
    void aBaseImageThatWasBeingUnpackedGoes() throws Exception {
        var process = ReaperRig.start(EndlessUnpacking.class, directory.toString());
        processes.add(process);
        await().atMost(SOON).until(() -> unfinishedBases() == 1);
        assertThat(sweep.run()).as("it is being unpacked").isEmpty();
        assertThat(unfinishedBases()).isEqualTo(1);

        process.destroyForcibly().waitFor();

        assertThat(sweep.run())
                .extracting(Finding::kind)
                .containsExactlyInAnyOrder(Finding.Kind.SCRATCH, Finding.Kind.BASE_IMAGE);
        assertThat(unfinishedBases()).isZero();
        assertNothingLeft();
    }

    private long unfinishedBases() throws IOException {
        var unfinished = FileSystems.getDefault().getPathMatcher("glob:.*.{new,old}");
        try (var files = Files.walk(directory, 2)) {
            return files.filter(file -> unfinished.matches(file.getFileName())).count();
        }
    }

    @Test
    void processesWithoutADirectoryAndDirectoriesWithoutARowGo() throws Exception {
        var scratch = directory.resolve("builds/stray/build");
        var stray = new ProcessBuilder("sh", "-c", "read line", "kiln", scratch.toString()).start();
        processes.add(stray);
        Files.createDirectories(directory.resolve("builds/other/test"));
        Files.writeString(directory.resolve("builds/other/test/image"), "bytes");

        assertThat(sweep.run()).extracting(Finding::name).containsExactlyInAnyOrder("stray", "other");

        assertThat(stray.waitFor()).isNotZero();
        assertNothingLeft();
    }

    @Test
    void anIntentWithoutAnythingIsForgotten() throws Exception {
        var attempt = rig.attempt();
        rig.intents.begin(
                attempt, Intents.Kind.SCRATCH, place, attempt.execution().value());
        rig.end(attempt, "CANCELLED");

        assertThat(sweep.run()).isEmpty();

        assertNothingLeft();
    }

    @Test
    void buildsSucceedInAStormOfSweeps() throws Exception {
        var threads = Executors.newFixedThreadPool(4);
        var stop = new AtomicBoolean();
        Callable<List<Finding>> storm = () -> {
            var other = new PlaceSweep(new SandboxBuildEngine(EngineSettings.in(directory)), rig.intents);
            var found = new ArrayList<Finding>();
            while (!stop.get()) {
                found.addAll(other.run());
            }
            return found;
        };
        var storms = List.of(threads.submit(storm), threads.submit(storm));
        var builders = List.<Future<Integer>>of(threads.submit(() -> build(6)), threads.submit(() -> build(6)));

        for (var builder : builders) {
            assertThat(builder.get()).isEqualTo(6);
        }
        stop.set(true);
        for (var each : storms) {
            assertThat(each.get()).as("nothing was taken for left").isEmpty();
        }
        threads.shutdown();
        sweep.run();
        assertNothingLeft();
    }

    private int build(int times) throws Exception {
        var built = 0;
        for (var round = 0; round < times; round++) {
            var attempt = rig.attempt();
            var name = attempt.execution().value();
            rig.intents.begin(attempt, Intents.Kind.SCRATCH, place, name);
            var image = engine.build(
                    Builds.of(name, "RUN echo " + round + " > /etc/round"), StepJournal.NONE, Builds.output());
            built += Files.size(image.file()) == image.bytes() ? 1 : 0;
            engine.discard(name);
            rig.intents.end(attempt, Intents.Kind.SCRATCH, place, name);
            rig.end(attempt, "SUCCESS");
        }
        return built;
    }

    private void assertNothingLeft() throws IOException {
        assertThat(engine.found()).isEmpty();
        assertThat(directory.resolve("builds")).isEmptyDirectory();
        assertThat(rig.intents()).isZero();
    }
}
