package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kiln.image.archive.TarEntry;
import dev.kiln.image.archive.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
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

    private TestSettings settings;
    private String place;

    @BeforeEach
    void settings() {
        // With a filter of system calls most of these commands would not even begin.
        settings = TestSettings.of(directory).withUserNamespaces();
    }

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
                        + " $m grep -q \"/tmp/. cgroup\" /proc/self/mounts && echo mounted;"
                        + " for f in $(cd /tmp && $m ls -d */memory.max */memory.limit_in_bytes */pids.max); do"
                        + " $m cat /tmp/$f; echo 123456789012 > /tmp/$f; $m cat /tmp/$f; done'; true",
                false);

        // It may raise those of the group that it is in; the limits are on the group around that.
        assertThat(output.text())
                .contains("mounted")
                .doesNotContain("invalid option")
                .doesNotContain("536870912")
                .doesNotContain("\n200\n");
    }

    /** Hierarchies that bound nothing end and freeze processes all the same, by files that user 0 may write. */
    @Test
    void whatIsInAnotherControlGroupCannotBeEndedOrFrozen() throws Exception {
        var name = "sibling-" + UUID.randomUUID();
        var groups = GroupHierarchy.all().stream()
                .filter(each -> each.isUnified() || each.controllers().contains("freezer"))
                .flatMap(each -> each.own().stream())
                .map(own -> own.resolve(name))
                .toList();
        var sibling = new ProcessBuilder("sleep", "100").start();
        try {
            for (var group : groups) {
                Files.createDirectory(group);
                Files.writeString(group.resolve("cgroup.procs"), Long.toString(sibling.pid()));
            }
            test(
                    inHierarchies("for d in $($m find /tmp/unified /tmp/freezer -name " + name + ");"
                            + " do echo found $d; echo 1 > $d/cgroup.kill; echo FROZEN > $d/freezer.state; done"),
                    false);

            assertThat(output.text()).contains("mounted").doesNotContain("found");
            assertThat(sibling.waitFor(200, TimeUnit.MILLISECONDS)).as("ended").isFalse();
            for (var group : groups) {
                var state = group.resolve("freezer.state");
                assertThat(Files.exists(state) ? Files.readString(state) : "").doesNotContain("FROZEN");
            }
        } finally {
            for (var group : groups) {
                if (Files.exists(group.resolve("freezer.state"))) {
                    Files.writeString(group.resolve("freezer.state"), "THAWED");
                }
            }
            sibling.destroyForcibly().waitFor();
            for (var group : groups) {
                await().until(() -> group.toFile().delete() || Files.notExists(group));
            }
        }
    }

    @Test
    void nothingIsLeftOfControlGroupsThatACommandMakes() throws Exception {
        var deep = "d".repeat(200);
        test(
                inHierarchies("for h in memory freezer unified; do $m mkdir -p /tmp/$h/x/y; (cd /tmp/$h/x;"
                        + " for i in $($m seq 24); do $m mkdir " + deep + " && cd " + deep + "; done); done;"
                        + " $m sleep 100 & echo $! > /tmp/memory/x/y/cgroup.procs;"
                        + " echo $! > /tmp/freezer/x/y/cgroup.procs"),
                false);

        assertThat(output.text()).contains("mounted");
        assertThat(ControlGroup.left(place)).isEmpty();
    }

    /** Version 1 ends nothing that is frozen. */
    @Test
    void whatACommandFreezesEndsWithIt() throws Exception {
        settings = settings.commandTime(Duration.ofSeconds(2));
        assertThatThrownBy(() -> test(
                        inHierarchies("$m mkdir /tmp/freezer/x; $m sleep 4321 & echo $! > /tmp/freezer/x/cgroup.procs;"
                                + " echo FROZEN > /tmp/freezer/x/freezer.state"),
                        false))
                .hasMessageContaining("took longer");

        assertThat(output.text()).contains("mounted");
        await().until(() -> ProcessHandle.allProcesses()
                .noneMatch(process -> process.info().commandLine().orElse("").contains("sleep 4321")));
        assertThat(ControlGroup.left(place)).isEmpty();
    }

    private static String inHierarchies(String script) {
        return "RUN /usr/bin/unshare -U -r -m -C /bin/sh -c '"
                + "m=/bin/busybox; $m mkdir /tmp/unified /tmp/freezer /tmp/memory;"
                + " $m mount -t cgroup2 none /tmp/unified && $m echo mounted;"
                + " $m mount -t cgroup -o freezer none /tmp/freezer; $m mount -t cgroup -o memory none /tmp/memory;"
                + script + "'; true";
    }

    private void test(String content, boolean network) throws Exception {
        var request = new BuildRequest(
                "exec-hostile",
                BusyboxBase.image(base()),
                BuildEngineContract.commands(content),
                Optional.empty(),
                network,
                64L << 20);
        var engine = new SandboxBuildEngine(settings.build());
        place = engine.place().id();
        engine.test(request, output);
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
