package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.embedded.BoundProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A host is gone from one moment to the next: its connections are neither closed nor reset, its packets just do not
 * come any more. All of it happens in a network namespace that is made for it, with servers of its own, so the stories
 * ({@link VanishedHost}) are told in a JVM in there. Needs root, to make namespaces.
 */
@Tag("root")
@Timeout(600)
class VanishedHostScenario {

    private static final Logger LOG = LoggerFactory.getLogger(VanishedHostScenario.class);
    private static final long PATIENCE_SECONDS = 480;

    @TempDir
    private Path directory;

    private Process process;

    @AfterEach
    void end() {
        process.destroyForcibly();
    }

    @Test
    void itsExecutionsAreAdoptedItDoesNoHarmWhenItIsBackAndAnotherApiRelays() throws Exception {
        var logs = Files.createDirectories(Path.of("target", "scenario-logs"));
        var told = directory.resolve("told");
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var main = VanishedHost.class.getName();
        var builder = new ProcessBuilder("unshare", "--net", java, "-Xmx512m", main, directory.toString())
                .redirectOutput(logs.resolve("vanished-host.log").toFile())
                .redirectError(told.toFile());
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        // Containers would be outside of the namespace.
        builder.environment().put("KILN_TEST_SERVERS", "embedded");

        process = BoundProcess.start(builder, "TERM");

        var ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        var said = Files.readString(told);
        LOG.warn("{}", said.strip());
        assertThat(ended).as(said).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
    }
}
