package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.cli.AccessKey;
import dev.kiln.cli.SignedClient;
import dev.kiln.cli.Surroundings;
import dev.kiln.testing.TestPorts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole Kiln as people run it: killed, started again on the same directory, stopped. */
@Timeout(600)
class UpScenario {

    @TempDir
    private Path temporary;

    private final int port = TestPorts.free();
    private final List<Process> started = new CopyOnWriteArrayList<>();

    @AfterEach
    void killAll() {
        started.forEach(Process::destroyForcibly);
        awaitNobodyLeft();
    }

    @Test
    void goesOnAfterAKillOfTheWholeAndOfAWorkerAndStopsCleanly() throws Exception {
        var first = up("first");
        awaitReady(first, "first");
        var client = "KILN_ENDPOINT=http://127.0.0.1:" + port + " KILN_DATA=" + data() + " ./kiln";
        Awaitility.await().until(() -> output("first").contains(client));
        var key = Surroundings.read(data().resolve("root-key"));
        assertThat(regions(key)).contains("cn-hangzhou");
        assertThat(secretsAreReadableByTheirOwnerOnly()).isTrue();
        assertThat(Files.readAllLines(data().resolve("logs/api.log")))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).startsWith("{\"@timestamp\":"));

        var refused = up("refused");
        assertThat(refused.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(refused.exitValue()).isEqualTo(1);
        assertThat(output("refused")).contains("in use by another Kiln");

        first.destroyForcibly().waitFor();
        var second = up("second");
        awaitReady(second, "second");
        assertThat(output("second")).doesNotContain(Surroundings.KEY_SECRET);
        assertThat(Surroundings.read(data().resolve("root-key"))).isEqualTo(key);
        assertThat(regions(key)).contains("cn-hangzhou");

        aKilledWorkerIsStartedAgain(second);

        second.destroy();
        assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(second.exitValue()).isZero();
        assertThat(output("second")).contains("Kiln has stopped");
        awaitNobodyLeft();
    }

    private void aKilledWorkerIsStartedAgain(Process kiln) throws IOException {
        var worker = kiln.children().filter(UpScenario::isWorker).findFirst().orElseThrow();
        worker.destroyForcibly();

        Awaitility.await().atMost(180, TimeUnit.SECONDS).untilAsserted(() -> {
            assertThat(kiln.children().filter(UpScenario::isWorker))
                    .singleElement()
                    .isNotEqualTo(worker);
            assertThat(data().resolve("run/worker-1.ready")).exists();
        });
        assertThat(output("second")).contains("worker-1 ended with status 137");
    }

    private Path data() {
        return temporary.resolve("data");
    }

    private Process up(String name) throws IOException {
        var command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Up.class.getName(),
                "--port=" + port,
                "--data=" + data());
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(temporary.resolve(name).toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("KILN_ACCESS"));
        builder.environment().put(Logs.FORMAT, "ecs");
        var process = builder.start();
        started.add(process);
        return process;
    }

    private void awaitReady(Process kiln, String name) {
        Awaitility.await().atMost(240, TimeUnit.SECONDS).until(() -> {
            assertThat(kiln.isAlive()).as(() -> read(name)).isTrue();
            return output(name).contains("Kiln is ready: http://127.0.0.1:" + port + "\n");
        });
    }

    private String output(String name) throws IOException {
        return Files.readString(temporary.resolve(name));
    }

    private String read(String name) {
        try {
            return output(name);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private String regions(AccessKey key) throws IOException {
        return new SignedClient(URI.create("http://127.0.0.1:" + port), key)
                .rpc("DescribeRegions", Map.of())
                .toString();
    }

    private boolean secretsAreReadableByTheirOwnerOnly() throws IOException {
        for (var name : List.of("root-key", "secrets.key", "postgres/password")) {
            var permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(data().resolve(name)));
            assertThat(permissions).as(name).isEqualTo("rw-------");
        }
        return true;
    }

    private static boolean isWorker(ProcessHandle process) {
        return process.info().arguments().stream()
                .flatMap(Arrays::stream)
                .anyMatch(argument -> argument.endsWith("WorkerApplication"));
    }

    /** No server and no worker of this directory is left, whichever way their parent ended. */
    private void awaitNobodyLeft() {
        Awaitility.await()
                .atMost(60, TimeUnit.SECONDS)
                .until(() -> ProcessHandle.allProcesses().noneMatch(this::belongsToThisDirectory));
    }

    private boolean belongsToThisDirectory(ProcessHandle process) {
        try {
            var proc = Path.of("/proc/" + process.pid());
            return Files.readSymbolicLink(proc.resolve("cwd")).startsWith(data())
                    || Files.readString(proc.resolve("environ")).contains(data().toString());
        } catch (IOException e) {
            return false;
        }
    }
}
