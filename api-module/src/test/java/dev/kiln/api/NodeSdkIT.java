package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The vendor's unmodified clients for Node, both generations, as npm installs them: every operation that they have. */
@Timeout(300)
class NodeSdkIT {

    private static final Path SOURCES = Path.of("src", "test", "node");
    private static final Path INSTALLED = Path.of("target", "node");

    private final ApiServer server = ApiServer.shared();
    private final WireClient account = server.as(ApiServer.ROOT);

    @Test
    void driveEveryOperation() throws Exception {
        install();
        drive(account);
    }

    @Test
    void driveEveryOperationWithATemporaryKey() throws Exception {
        install();
        drive(TestKeys.temporary(server, account, Map.of("policy", TestKeys.allow("ecs:*", "*"))));
    }

    private static void install() throws Exception {
        Files.createDirectories(INSTALLED);
        for (var file : List.of("package.json", "package-lock.json", "drive.js")) {
            Files.copy(SOURCES.resolve(file), INSTALLED.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        // Their install scripts are not needed, and not run.
        run(Map.of(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
    }

    private void drive(WireClient key) throws Exception {
        var said = run(
                Map.of(
                        "KILN_SERVER", "127.0.0.1:" + server.port(),
                        "KILN_ACCESS_KEY_ID", key.keys().id(),
                        "KILN_ACCESS_KEY_SECRET", key.keys().secret(),
                        "KILN_SECURITY_TOKEN", key.securityToken(),
                        "KILN_BUCKET", ApiServer.BUCKET,
                        "KILN_OBJECT", BucketsIT.stored(server),
                        "KILN_IMAGE", new TestObjects(server, account).image("node"),
                        "KILN_OTHER_ACCOUNT", server.newAccount().keys().account()),
                "node",
                "drive.js");

        assertThat(said)
                .contains("ecs20140526 drove every operation")
                .contains("pop-core by GET drove every operation")
                .contains("pop-core by POST drove every operation");
    }

    private static String run(Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        var output = INSTALLED.resolve(command[0] + ".log");
        var builder = new ProcessBuilder(command)
                .directory(INSTALLED.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        var process = builder.start();
        assertThat(process.waitFor(4, TimeUnit.MINUTES)).isTrue();
        var said = Files.readString(output);
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }
}
