package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kiln.image.archive.TarEntry;
import dev.kiln.image.archive.TarWriter;
import dev.kiln.parameter.RunParameter;
import dev.kiln.parameter.RunParameters;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** A real Packer, with those of its builders that need no cloud. */
@Timeout(60)
class PackerRunTest {

    static final String FILE = """
            variable "TOKEN" { type = string }
            source "file" "x" {
              content = file("scripts/content")
              target  = "out"
            }
            build {
              sources = ["source.file.x"]
              provisioner "shell-local" { inline = [%s] }
            }
            """;

    /** Packer and its parts stand still for seconds, as if a cloud took its time. */
    private static final String SLOW =
            "\"all=$(pidof packer); (sleep 3; kill -CONT $all) & kill -STOP $all;" + " exec sleep 98757\"";

    static final String LOOK =
            "\"id -u; grep CapEff /proc/self/status; echo ${var.TOKEN} $$TOKEN\", \"ls /etc /machine || true; touch /usr/x || true\"";

    private final RecordedOutput output = new RecordedOutput();

    @TempDir
    private Path directory;

    @Test
    void packerBuildsAFileOfTheContextAsNobodyAndNobodySeesSecrets() throws Exception {
        var made = engine().runPacker(request(FILE.formatted(LOOK)), "image.pkr.hcl", output);

        assertThat(made).containsExactly(new PackerArtifact("file.x", "", "File"));
        assertThat(output.text())
                .contains("file.x: 65534", "0000000000000000", "context", "Read-only file system")
                .doesNotContain("s3cret-value", "shadow");
        assertThat(output.steps()).contains("phase packer build image.pkr.hcl");
        assertThat(engine().traces()).isEmpty();
    }

    @Test
    void anOrdinaryUserRunsPackerAsNobodyOfItsOwn() throws Exception {
        var work = OrdinaryUser.directory(directory);
        var said = OrdinaryUser.run(UserModePacker.class, work.toString());

        assertThat(said.text())
                .contains("made: [PackerArtifact[builder=file.x, region=, id=File]]")
                .contains("file.x: 65534", "0000000000000000", "context", "Read-only file system")
                .contains("stopped: java.lang.InterruptedException", "Cleanly cancelled builds")
                .contains("left: [] 0")
                .doesNotContain("s3cret-value", "shadow");
        assertThat(said.status()).isZero();
    }

    @Test
    void whatPackerSaysOfAFailureIsTheFailure() {
        assertThatThrownBy(() -> engine().runPacker(request(FILE.formatted("\"exit 7\"")), "image.pkr.hcl", output))
                .isInstanceOfSatisfying(BuildFailedException.class, e -> {
                    assertThat(e.code()).isEqualTo("Packer.Failed");
                    assertThat(e.getMessage()).contains("ended with status 1", "non-zero exit status: 7");
                });
        assertThatThrownBy(() -> engine().runPacker(request(FILE), "other.json", output))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("no file other.json");
    }

    @Test
    void packerIsToldToStopAndMayUndoWhatItMade() throws Exception {
        var running = new CompletableFuture<Throwable>();
        var thread = new Thread(() -> {
            try {
                engine().runPacker(
                                request(FILE.formatted("\"echo begun; exec sleep 98756\"")), "image.pkr.hcl", output);
            } catch (Exception e) {
                running.complete(e);
            }
        });
        thread.start();
        await().until(() -> Sleepers.count(98756) == 1);
        thread.interrupt();

        assertThat(running.get()).isInstanceOf(InterruptedException.class);
        assertThat(output.steps()).contains("phase stopping Packer");
        assertThat(output.text()).contains("Cancelling build", "Cleanly cancelled builds");
        assertThat(Sleepers.count(98756)).isZero();
    }

    @Test
    void packerHasItsTimeToUndoWhatItMadeWhenItsMachineHasNoSpaceLeft() throws Exception {
        var free = Files.getFileStore(directory).getUsableSpace();
        var settings = TestSettings.of(directory.resolve("engine"))
                .reserve(DataSize.ofBytes(free - (500L << 20)))
                .build();
        var filling = "\"fallocate -l 900M $TMPDIR/large; exec sleep 98758\"";
        assertThatThrownBy(() -> new SandboxBuildEngine(settings)
                        .runPacker(request(FILE.formatted(filling)), "image.pkr.hcl", output))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("bytes are free");
        assertThat(output.text()).contains("Cleanly cancelled builds");
        assertThat(Sleepers.count(98758)).isZero();
    }

    /** The pool of threads that ends, and whoever watches the stage, both interrupt it. */
    @Test
    void packerHasItsTimeToUndoWhatItMadeHoweverOftenItsWorkerIsInterrupted() throws Exception {
        BuildOutput interrupting = new BuildOutput() {
            @Override
            public void phase(String what) {
                output.phase(what);
                if (what.equals("stopping Packer")) {
                    Thread.currentThread().interrupt();
                }
            }

            @Override
            public void stepStarted(int number, int total, String text) {}

            @Override
            public void output(byte[] bytes, int length) {
                output.output(bytes, length);
            }

            @Override
            public void stepFinished(int number, int total, Duration took) {}
        };
        var running = new CompletableFuture<Throwable>();
        var thread = new Thread(() -> {
            try {
                engine().runPacker(request(FILE.formatted(SLOW)), "image.pkr.hcl", interrupting);
            } catch (Exception e) {
                running.complete(e);
            }
        });
        thread.start();
        await().until(() -> Sleepers.count(98757) == 1);
        thread.interrupt();

        assertThat(running.get()).isInstanceOf(InterruptedException.class);
        assertThat(output.text()).contains("Cleanly cancelled builds");
        assertThat(Sleepers.count(98757)).isZero();
    }

    private SandboxBuildEngine engine() {
        return new SandboxBuildEngine(
                TestSettings.of(directory.resolve("engine")).build());
    }

    static BuildRequest request(String file) throws Exception {
        return request(file, false);
    }

    static BuildRequest request(String file, boolean network) throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarWriter(bytes)) {
            for (var entry :
                    Map.of("image.pkr.hcl", file, "scripts/content", "hello").entrySet()) {
                var text = entry.getValue().getBytes(StandardCharsets.UTF_8);
                tar.entry(
                        new TarEntry(
                                TarEntry.Type.FILE,
                                entry.getKey(),
                                "",
                                0600,
                                0,
                                0,
                                text.length,
                                Instant.EPOCH,
                                new TreeMap<>()),
                        new ByteArrayInputStream(text));
            }
        }
        var context = BusyboxBase.source(bytes.toByteArray());
        var parameters = new RunParameters(List.of(new RunParameter("TOKEN", "s3cret-value", true)));
        return new BuildRequest("exec-packer", BusyboxBase.image(), List.of(), Optional.of(context), network, 64L << 20)
                .with(parameters);
    }
}
