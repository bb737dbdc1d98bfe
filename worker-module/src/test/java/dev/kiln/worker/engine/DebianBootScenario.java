package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kiln.image.ImageForm;
import dev.kiln.worker.machine.MachineSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.unit.DataSize;

/**
 * A disk with a real Debian and a web server on it is booted, and asked by its test commands; minutes where there is no
 * KVM. {@code ./kiln test --boot} runs it.
 */
@Tag("boot")
class DebianBootScenario {

    private static final Logger LOG = LoggerFactory.getLogger(DebianBootScenario.class);

    private static final String CONTENT =
            "RUN apt-get update -q && apt-get install -y --no-install-recommends nginx-light curl\n";
    private static final String TEST = """
            RUN systemctl is-system-running
            RUN systemctl is-active nginx
            RUN curl -fsS http://127.0.0.1/ | grep "Welcome to nginx"
            """;

    @TempDir
    private static Path directory;

    private static SandboxBuildEngine engine;
    private static BuildRequest.BaseImage debian;

    @BeforeAll
    static void makeBase() throws Exception {
        var machines = new MachineSettings(
                true, Duration.ofMinutes(20), DataSize.ofGigabytes(1), 2, MachineSettings.Acceleration.AUTOMATIC);
        engine = new SandboxBuildEngine(EngineSettings.in(directory.resolve("engine")), machines);
        var kernel = "linux-image-cloud-amd64";
        var archive = DebianBase.make(directory, "apt", "systemd-sysv", "udev", "dbus", "initramfs-tools", kernel);
        debian = ImageFile.of(archive, ImageForm.Kind.ARCHIVE);
    }

    @Test
    void webServerAnswersInTheMachine() throws Exception {
        var output = new RecordedOutput();
        engine.test(request("exec-good", build("exec-good", CONTENT), TEST), output);
        LOG.info("{}", output.steps());
        assertThat(output.text()).contains("running\nactive\n", "Welcome to nginx", "console: ");
        assertThat(output.steps()).contains("finish 3/3");
    }

    @Test
    void brokenUnitFailsTheTest() throws Exception {
        var output = new RecordedOutput();
        var disk = build("exec-broken", CONTENT + "RUN echo 'no directive' > /etc/nginx/conf.d/broken.conf\n");
        var failure = catchThrowableOfType(
                BuildFailedException.class, () -> engine.test(request("exec-broken", disk, TEST), output));
        assertThat(failure.code()).isEqualTo("BuildCommand.Failed");
        assertThat(failure)
                .hasMessageStartingWith("step 1 of 3 (RUN systemctl is-system-running) ended with exit code 1")
                .hasMessageEndingWith("degraded");
        assertThat(output.steps())
                .anyMatch(step -> step.contains("its system is degraded; failed units:\nnginx.service"));
    }

    private static BuildRequest.BaseImage build(String name, String content) throws Exception {
        long begin = System.nanoTime();
        var built = engine.build(request(name, debian, content), StepJournal.NONE, new RecordedOutput());
        LOG.info("{}: {} bytes after {}", name, built.bytes(), Duration.ofNanos(System.nanoTime() - begin));
        return ImageFile.of(built.file(), built.form().kind());
    }

    private static BuildRequest request(String name, BuildRequest.BaseImage base, String content) throws IOException {
        return new BuildRequest(
                name,
                1,
                base,
                BuildEngineContract.commands(content),
                Optional.empty(),
                !base.form().isDisk(),
                10L << 30,
                BuildBuckets.NONE,
                Optional.of(new BuildRequest.Reuse("team", Duration.ofDays(1), SharedSteps.NONE)),
                Optional.of(ImageForm.Kind.QCOW2),
                Set.of());
    }
}
