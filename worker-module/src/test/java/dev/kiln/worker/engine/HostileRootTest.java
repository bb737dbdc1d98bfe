package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.image.archive.TarEntry;
import dev.kiln.image.archive.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands that get out of their sandbox with the help of what their image holds, or does not hold. */
@Timeout(120)
class HostileRootTest {

    private static final Pattern FILE = Pattern.compile("/[^ :()]+");

    private final RecordedOutput output = new RecordedOutput();

    @TempDir
    private Path directory;

    @Test
    void aLinkPutInPlaceOfEtcLeadsNowhereWhenTheResolverIsPutBack() throws Exception {
        var outside = Files.createDirectory(directory.resolve("outside"));
        var resolver = Files.writeString(outside.resolve("resolv.conf"), "of the host");

        assertThatThrownBy(() -> test("RUN /bin/busybox mv /etc /old && /bin/busybox ln -s " + outside + " /etc", true))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("/etc of the image is a symbolic link");

        assertThat(resolver).hasContent("of the host");
    }

    @Test
    void limitsCannotBeRaisedThroughAControlGroupMountedInAnotherUserNamespace() throws Exception {
        test(
                "RUN /usr/bin/unshare -U -r -m -C /bin/sh -c '"
                        + "m=/bin/busybox; $m mkdir /tmp/1 /tmp/2 /tmp/3;"
                        + " $m mount -t cgroup -o memory none /tmp/1; $m mount -t cgroup -o pids none /tmp/2;"
                        + " $m mount -t cgroup2 none /tmp/3;"
                        + " for f in $(cd /tmp && $m ls -d */memory.max */memory.limit_in_bytes */pids.max); do"
                        + " $m cat /tmp/$f; echo 123456789012 > /tmp/$f; $m cat /tmp/$f; done'; true",
                false);

        assertThat(output.text())
                .doesNotContain("invalid option")
                .doesNotContain("536870912")
                .doesNotContain("\n200\n");
    }

    private void test(String content, boolean network) throws Exception {
        var request = new BuildRequest(
                "exec-hostile",
                BusyboxBase.image(base()),
                BuildEngineContract.commands(content),
                Optional.empty(),
                network,
                64L << 20);
        new SandboxBuildEngine(TestSettings.of(directory).build()).test(request, output);
    }

    /** A shell, this machine's unshare, and no /etc: the sandbox makes that, so that commands may move it away. */
    private static byte[] base() throws IOException {
        var out = new ByteArrayOutputStream();
        try (var writer = new TarWriter(out)) {
            BusyboxBase.file(writer, "bin/busybox", Files.readAllBytes(Path.of("/bin/busybox")), 0755);
            writer.header(BusyboxBase.entry(TarEntry.Type.SYMBOLIC_LINK, "bin/sh", "busybox", 0777, 0));
            for (var file : withLibraries("/usr/bin/unshare")) {
                BusyboxBase.file(writer, file.substring(1), Files.readAllBytes(Path.of(file)), 0755);
            }
        }
        return out.toByteArray();
    }

    private static Set<String> withLibraries(String program) throws IOException {
        var files = new TreeSet<>(Set.of(program));
        var listed = new ProcessBuilder("ldd", program).start().getInputStream().readAllBytes();
        FILE.matcher(new String(listed, StandardCharsets.UTF_8)).results().forEach(found -> files.add(found.group()));
        return files;
    }
}
