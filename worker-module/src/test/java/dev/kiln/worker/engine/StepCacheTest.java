package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.image.archive.ByteSource;
import dev.kiln.image.archive.TarWriter;
import dev.kiln.testing.OwnThreads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A step of an earlier build is taken when nothing that it depends on differs, and never else. */
@Timeout(120)
class StepCacheTest {

    /** Prints another number each time that it is really run. */
    private static final String RUN = "RUN cat /proc/sys/kernel/random/uuid | tee /etc/id\n";

    @TempDir
    private Path directory;

    private BuildRequest.Reuse reuse = new BuildRequest.Reuse("owner", Duration.ofHours(1), SharedSteps.NONE);
    private boolean network;
    private Optional<ByteSource> context = Optional.empty();
    private int builds;

    private record Built(String printed, BuildEngine.BuiltImage image, RecordedOutput output) {}

    private Built build(String content) throws Exception {
        return build(content, BusyboxBase.bytes(), new RememberedSteps());
    }

    private Built build(String content, byte[] base, StepJournal journal) throws Exception {
        var output = new RecordedOutput();
        var request = new BuildRequest(
                "exec-" + ++builds,
                1,
                BusyboxBase.image(base),
                BuildEngineContract.commands(content),
                context,
                network,
                64L << 20,
                BuildBuckets.NONE,
                Optional.of(reuse));
        var image = new SandboxBuildEngine(EngineSettings.in(directory)).build(request, journal, output);
        return new Built(output.text(), image, output);
    }

    @Test
    void theSameStepsAreTakenAndGiveTheSameImage() throws Exception {
        var content = "ENV A b\n" + RUN + "WORKDIR /made\nUSER app\nRUN id -u\nLABEL c=\"d\"";
        var first = build(content);
        var again = build(content);
        assertThat(first.printed()).endsWith("1000\n");
        assertThat(again.printed()).isEmpty();
        assertThat(again.image().digest()).isEqualTo(first.image().digest());
        assertThat(again.image().metadata()).isEqualTo(first.image().metadata());
        assertThat(again.output().steps())
                .anyMatch(step -> step.startsWith("phase taken from the step cache, where it is since "))
                .contains("finish 2/6");
    }

    @Test
    void whatComesAfterStepsThatWereTakenRunsOnThem() throws Exception {
        var first = build(RUN + "RUN echo kept > /tmp/t");
        var journal = new RememberedSteps();
        var more = build(RUN + "RUN echo kept > /tmp/t\nRUN cat /etc/id /tmp/t", BusyboxBase.bytes(), journal);
        assertThat(more.printed()).isEqualTo(first.printed() + "kept\n");
        assertThat(journal.kept()).as("a later attempt needs them all").hasSize(3);
    }

    @Test
    void whateverDiffersIsRunAgain() throws Exception {
        var known = new ArrayList<>(List.of(build(RUN).printed()));
        for (var other : List.of(
                "ENV A b\n" + RUN,
                "USER app\nRUN cat /proc/sys/kernel/random/uuid\n",
                "WORKDIR /srv\n" + RUN,
                "RUN true\n" + RUN,
                "RUN cat /proc/sys/kernel/random/uuid | tee /etc/id #\n")) {
            known.add(build(other).printed());
        }
        network = true;
        known.add(build(RUN).printed());
        network = false;
        reuse = new BuildRequest.Reuse("another owner", Duration.ofHours(1), SharedSteps.NONE);
        known.add(build(RUN).printed());
        reuse = new BuildRequest.Reuse("owner", Duration.ZERO, SharedSteps.NONE);
        known.add(build(RUN).printed());
        reuse = new BuildRequest.Reuse("owner", Duration.ofHours(1), SharedSteps.NONE);
        known.add(build(RUN, otherBase(), new RememberedSteps()).printed());
        assertThat(known).doesNotHaveDuplicates().allMatch(text -> text.length() > 30);
    }

    private static byte[] otherBase() throws IOException {
        var out = new ByteArrayOutputStream();
        try (var writer = new TarWriter(out)) {
            BusyboxBase.file(writer, "bin/busybox", Files.readAllBytes(Path.of("/bin/busybox")), 0755);
            for (var link : List.of("sh", "cat", "tee")) {
                BusyboxBase.file(writer, "bin/" + link, Files.readAllBytes(Path.of("/bin/busybox")), 0755);
            }
            BusyboxBase.file(writer, "etc/passwd", BusyboxBase.text("root:x:0:0:root:/root:/bin/sh\n"), 0644);
        }
        return out.toByteArray();
    }

    @Test
    void anotherFileUnderTheSameNameIsCopiedAnew() throws Exception {
        var content = "COPY f /srv\nRUN cat /srv/f";
        context = context("one\n");
        assertThat(build(content).printed()).isEqualTo("one\n");
        assertThat(build(content).printed()).isEmpty();
        context = context("two\n");
        assertThat(build(content).printed()).isEqualTo("two\n");
    }

    private static Optional<ByteSource> context(String text) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var writer = new TarWriter(out)) {
            BusyboxBase.file(writer, "f", text.getBytes(StandardCharsets.UTF_8), 0644);
        }
        return Optional.of(BusyboxBase.source(out.toByteArray()));
    }

    @Test
    void anEntryThatIsDamagedIsRunAgain() throws Exception {
        var first = build(RUN);
        try (var files = Files.walk(directory.resolve("steps-root"))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var name = file.getFileName().toString();
                if (name.startsWith("packed-")) {
                    Files.delete(file);
                } else if (name.startsWith("layer-")) {
                    Files.writeString(file, "damaged");
                }
            }
        }
        assertThat(build(RUN).printed()).hasSize(37).isNotEqualTo(first.printed());
        assertThat(build(RUN).printed()).isEmpty();
    }

    /** The output of the old run comes through a pipe, on which the reader waits while the new one takes its place. */
    @Test
    void anEntryThatIsReplacedWhileItIsReadIsNone() throws Exception {
        var settings = EngineSettings.in(directory);
        var commands = new SandboxCommands(settings, SandboxCheck.isMapped(settings), SandboxCheck.busybox());
        var cache = new StepCache(directory.resolve("steps"), 1 << 20, new TreeRemoval(commands));
        var entry = Files.createDirectories(directory.resolve("steps/key"));
        Files.writeString(entry.resolve("made"), Long.toString(System.currentTimeMillis()));
        Files.writeString(entry.resolve("layer-" + "0".repeat(64)), "old");
        var pipe = entry.resolve("stdout");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        var file = directory.resolve("layer");
        var found = CompletableFuture.supplyAsync(() -> find(cache, file), OwnThreads.EACH);
        try (var writer = Files.newBufferedWriter(pipe)) {
            cache.add("key", Instant.now(), Optional.empty(), Optional.of("new"));
            writer.write("old");
        }
        assertThat(found.get()).isEmpty();
        assertThat(file).doesNotExist();
        assertThat(find(cache, file).orElseThrow().stdout()).contains("new");
    }

    private static Optional<StepCache.Entry> find(StepCache cache, Path file) {
        try {
            return cache.find("key", Duration.ofHours(1), file, 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aFullCacheForgetsWhatWasUnusedLongest() throws Exception {
        var small =
                new SandboxBuildEngine(TestSettings.of(directory).cacheBytes(1).build());
        small.build(
                new BuildRequest(
                        "exec-x",
                        1,
                        BusyboxBase.image(),
                        BuildEngineContract.commands(RUN),
                        Optional.empty(),
                        false,
                        64L << 20,
                        BuildBuckets.NONE,
                        Optional.of(reuse)),
                new RememberedSteps(),
                new RecordedOutput());
        try (var left = Files.newDirectoryStream(directory.resolve("steps-root"), Files::isDirectory)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void theSameBuildsAtTheSameTimeRunTheirStepsOnce() throws Exception {
        var engine = new SandboxBuildEngine(EngineSettings.in(directory));
        var one = CompletableFuture.supplyAsync(() -> build(engine, "exec-one"), OwnThreads.EACH);
        var two = CompletableFuture.supplyAsync(() -> build(engine, "exec-two"), OwnThreads.EACH);
        assertThat(one.get().printed() + two.get().printed()).hasSize(37);
        assertThat(one.get().image().digest()).isEqualTo(two.get().image().digest());
    }

    private Built build(SandboxBuildEngine engine, String name) {
        try {
            var output = new RecordedOutput();
            var request = new BuildRequest(
                    name,
                    1,
                    BusyboxBase.image(),
                    BuildEngineContract.commands(RUN + "RUN sleep 0.5"),
                    Optional.empty(),
                    false,
                    64L << 20,
                    BuildBuckets.NONE,
                    Optional.of(reuse));
            var image = engine.build(request, new RememberedSteps(), output);
            return new Built(output.text(), image, output);
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }
}
