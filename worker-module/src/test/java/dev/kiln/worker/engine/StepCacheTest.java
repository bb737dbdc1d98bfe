package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.image.Digest;
import dev.kiln.image.archive.ByteSource;
import dev.kiln.image.archive.TarWriter;
import dev.kiln.image.packages.InstalledPackage;
import dev.kiln.testing.OwnThreads;
import dev.kiln.testing.TestSeed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

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
        var image = new SandboxBuildEngine(EngineSettings.in(directory)).build(request(content, base), journal, output);
        return new Built(output.text(), image, output);
    }

    private BuildRequest request(String content, byte[] base) {
        return new BuildRequest(
                "exec-" + ++builds,
                1,
                BusyboxBase.image(base),
                BuildEngineContract.commands(content),
                context,
                network,
                64L << 20,
                BuildBuckets.NONE,
                Optional.of(reuse));
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
        var cache = cache();
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

    @Test
    void entriesThatAreUsedWhileTheyArePutInOrderDoNotEndTheBuildThatDoesSo() throws Exception {
        var entries = new ArrayList<Path>();
        for (int number = 0; number < 1000; number++) {
            entries.add(Files.createDirectories(directory.resolve("steps/" + number)));
        }
        var random = TestSeed.random("entriesThatAreUsedWhileTheyArePutInOrder");
        var done = new AtomicBoolean();
        var using = CompletableFuture.runAsync(
                () -> {
                    while (!done.get()) {
                        use(entries.get(random.nextInt(entries.size())), random.nextInt(1_000_000_000));
                    }
                },
                OwnThreads.EACH);
        try {
            for (int round = 0; round < 20; round++) {
                cache().evict();
            }
        } finally {
            done.set(true);
            using.get();
        }
        assertThat(entries).allMatch(Files::isDirectory);
    }

    private static void use(Path entry, long seconds) {
        try {
            Files.setLastModifiedTime(entry, FileTime.from(Instant.ofEpochSecond(seconds)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private StepCache cache() {
        return cache(1 << 30);
    }

    private StepCache cache(long bytes) {
        var settings = EngineSettings.in(directory);
        var commands = new SandboxCommands(settings, SandboxCheck.isMapped(settings), SandboxCheck.busybox());
        return new StepCache(directory.resolve("steps"), bytes, new TreeRemoval(commands));
    }

    /** The build that finds nothing packs the image itself, and would write into what others store just now. */
    @Test
    void aPackedImageThatGoesWhileItIsTakenLeavesNoNameForItsBytes() throws Exception {
        var cache = cache();
        var packed = new PackedForms.Packed(new Digest("sha256:" + "0".repeat(64)), Optional.empty());
        var file = Files.writeString(directory.resolve("image"), "packed");
        cache.addPacked("key", 3, file, packed);
        var done = new AtomicBoolean();
        var replacing = CompletableFuture.runAsync(
                () -> {
                    while (!done.get()) {
                        addPacked(cache, file, packed);
                    }
                },
                OwnThreads.EACH);
        try {
            var taken = directory.resolve("taken");
            for (int missed = 0; missed < 200; ) {
                var found = cache.packed("key", 3, taken);
                missed += found.isPresent() ? 0 : 1;
                assertThat(Files.exists(taken)).isEqualTo(found.isPresent());
                Files.deleteIfExists(taken);
            }
        } finally {
            done.set(true);
            replacing.get();
        }
    }

    private static void addPacked(StepCache cache, Path file, PackedForms.Packed packed) {
        try {
            cache.addPacked("key", 3, file, packed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whatIsInstalledIsKnownOfAnImageThatWasPackedBefore() throws Exception {
        var content = "RUN mkdir -p /var/lib/dpkg; printf 'Package: a\\nVersion: 1\\n' > /var/lib/dpkg/status\n";
        var first = build(content);
        var again = build(content);
        assertThat(first.image().packages().orElseThrow().packages())
                .containsExactly(new InstalledPackage("dpkg", "a", "1", "all"));
        assertThat(again.output().steps()).anyMatch(step -> step.startsWith("phase taken from the step cache"));
        assertThat(again.image().digest()).isEqualTo(first.image().digest());
        assertThat(again.image().packages()).isEqualTo(first.image().packages());
    }

    @Test
    void whatIsInstalledIsKnownOfAnUntouchedBaseThatWasPackedBefore() throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var writer = new TarWriter(bytes)) {
            BusyboxBase.file(writer, "var/lib/dpkg/status", BusyboxBase.text("Package: a\nVersion: 1\n"), 0644);
        }
        var first = build("LABEL a=\"b\"", bytes.toByteArray(), new RememberedSteps());
        var again = build("LABEL a=\"c\"", bytes.toByteArray(), new RememberedSteps());
        assertThat(first.image().packages()).isPresent();
        assertThat(again.image().digest()).isEqualTo(first.image().digest());
        assertThat(again.image().packages()).isEqualTo(first.image().packages());
    }

    @Test
    void aStepOfAnotherMachineIsNotFetchedIntoSpaceThatIsToBeLeftFree() throws Exception {
        var bytes = new ByteArrayInputStream(new byte[64 << 20]);
        ByteSource large = offset -> bytes;
        var layer = new SharedSteps.Layer(new Digest("sha256:" + "0".repeat(64)), large);
        var shared = new SharedSteps() {
            @Override
            public Optional<Step> find(String key, Duration maximalAge) {
                return Optional.of(new Step(Instant.now(), Optional.of(layer), Optional.empty()));
            }

            @Override
            public void add(String key, Optional<StepJournal.LayerFile> written, Optional<String> stdout) {}

            @Override
            public void remove(String key) {}
        };
        reuse = new BuildRequest.Reuse("owner", Duration.ofHours(1), shared);
        build("LABEL a=\"b\"");
        var full =
                TestSettings.of(directory).reserve(DataSize.ofTerabytes(1000)).build();
        var output = new RecordedOutput();
        assertThatThrownBy(() -> new SandboxBuildEngine(full)
                        .build(request(RUN, BusyboxBase.bytes()), new RememberedSteps(), output))
                .isInstanceOf(NoRoomException.class);
        assertThat(output.steps()).noneMatch(step -> step.startsWith("start"));
        assertThat(bytes.available()).as("what is not read").isGreaterThan(60 << 20);
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
        var cache = cache(3 * 4096 + 2000); // three entries, not four
        var digest = new Digest("sha256:" + "0".repeat(64));
        for (var key : List.of("found", "unused-longest", "unused")) {
            cache.add(key, Instant.now(), Optional.empty(), Optional.of("said"));
        }
        var file = Files.writeString(directory.resolve("image"), "packed");
        cache.addPacked("packed", 3, file, new PackedForms.Packed(digest, Optional.empty()));
        long second = 0;
        for (var key : List.of("found", "packed", "unused-longest", "unused")) {
            use(directory.resolve("steps").resolve(key), ++second);
        }

        assertThat(cache.find("found", Duration.ofHours(1), directory.resolve("layer"), 1))
                .isPresent();
        assertThat(cache.packed("packed", 3, directory.resolve("taken"))).isPresent();
        cache.evict();

        assertThat(keys("steps")).containsExactlyInAnyOrder("found", "packed", "unused");
    }

    @Test
    void aBuildThatRunsAStepLeavesNoMoreThanTheCacheTakes() throws Exception {
        var small = TestSettings.of(directory).cacheBytes(1).build();
        build(RUN);
        assertThat(keys("steps-root")).isNotEmpty();
        new SandboxBuildEngine(small)
                .build(request("RUN true\n", BusyboxBase.bytes()), new RememberedSteps(), new RecordedOutput());
        assertThat(keys("steps-root")).isEmpty();
    }

    private List<String> keys(String cache) throws IOException {
        try (var entries = Files.list(directory.resolve(cache))) {
            return entries.filter(Files::isDirectory)
                    .map(entry -> entry.getFileName().toString())
                    .toList();
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
