package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker that is an ordinary user with sub-ids builds as one that is root does. Needs root, to make that user. */
class UserModeTest {

    private static final String USER = "kiln-user-mode";

    @TempDir
    private Path directory;

    @Test
    void ordinaryUserBuildsInAUserNamespace() throws Exception {
        if (run(List.of("id", USER)).status() != 0) {
            assertThat(run(List.of("useradd", "--system", "--add-subids-for-system", USER))
                            .text())
                    .isEmpty();
        }
        Files.setPosixFilePermissions(directory, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        var work = Files.createDirectory(directory.resolve("work"));
        assertThat(run(List.of("chown", USER, work.toString())).text()).isEmpty();
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var said = run(List.of(
                "setpriv",
                "--reuid",
                USER,
                "--regid",
                USER,
                "--clear-groups",
                "--reset-env",
                java,
                "-Xmx256m",
                "-cp",
                copiedClassPath(),
                UserModeBuild.class.getName(),
                work.toString(),
                RpmDatabase.make(directory.resolve("rpm")).toString()));
        assertThat(said.text())
                .contains("mknod: /var/d: Operation not permitted")
                .contains("uid=1000(app) gid=1000(app) groups=1000(app),2000(extra)")
                .contains("./srv/closed/ 700 1000:1000")
                .contains("./srv/closed/f 4755 1000:1000")
                .contains("[system=rpm, name=tool, version=2:1.4-3, architecture=noarch]")
                .contains("resumed: true")
                .contains("left: 0")
                .doesNotContain("root:*");
        assertThat(said.status()).isZero();
    }

    /** The class path lies below directories that only root may enter. */
    private String copiedClassPath() throws IOException {
        var copies = Files.createDirectory(directory.resolve("classes"));
        var paths = new ArrayList<String>();
        for (var entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (entry.isEmpty() || !Files.exists(Path.of(entry))) {
                continue;
            }
            var copy = copies.resolve(paths.size() + "-" + Path.of(entry).getFileName());
            assertThat(run(List.of("cp", "-r", entry, copy.toString())).text()).isEmpty();
            paths.add(copy.toString());
        }
        return String.join(File.pathSeparator, paths);
    }

    private record Said(int status, String text) {}

    private static Said run(List<String> command) throws IOException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return new Said(process.exitValue(), text);
    }
}
