package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Where a worker's own control groups are, by what the kernel tells of machines and containers of any kind. */
class GroupHierarchyTest {

    private static final String V1 = """
            35 31 0:32 %s /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory
            36 31 0:33 / /sys/fs/cgroup/cpu,cpuacct ro,relatime - cgroup cgroup rw,cpu,cpuacct
            40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
            31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
            """;
    private static final String V2 = "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";

    @Test
    void everyHierarchyOfTheKernelIsToldOfWhetherItIsMountedOrNot() {
        var all = GroupHierarchy.of(
                "5:freezer:/\n4:memory:/a/b\n3:cpu,cpuacct:/\n1:name=systemd:/x\n0::/", V1.formatted("/") + V2);
        assertThat(all)
                .containsExactly(
                        new GroupHierarchy(Set.of("freezer"), Optional.empty()),
                        new GroupHierarchy(Set.of("memory"), Optional.of(Path.of("/sys/fs/cgroup/memory/a/b"))),
                        new GroupHierarchy(
                                Set.of("cpu", "cpuacct"), Optional.of(Path.of("/sys/fs/cgroup/cpu,cpuacct"))),
                        new GroupHierarchy(Set.of("name=systemd"), Optional.of(Path.of("/sys/fs/cgroup/systemd/x"))),
                        new GroupHierarchy(Set.of(), Optional.of(Path.of("/sys/fs/cgroup/unified"))));
    }

    @Test
    void aContainerSeesItsOwnGroupWhereTheMountBegins() {
        assertThat(GroupHierarchy.of("4:memory:/docker/1/sub", V1.formatted("/docker/1")))
                .containsExactly(
                        new GroupHierarchy(Set.of("memory"), Optional.of(Path.of("/sys/fs/cgroup/memory/sub"))));
        assertThat(GroupHierarchy.of("4:memory:/docker/11", V1.formatted("/docker/1")))
                .containsExactly(new GroupHierarchy(Set.of("memory"), Optional.empty()));
    }

    @Test
    void whatIsBesideOrAboveTheNamespaceIsNotTakenForSomethingElse() {
        assertThat(GroupHierarchy.of("0::/../other", V2))
                .containsExactly(new GroupHierarchy(Set.of(), Optional.empty()));
        assertThat(GroupHierarchy.of("4:memory:/", V1.formatted("/..")))
                .containsExactly(new GroupHierarchy(Set.of("memory"), Optional.empty()));
    }

    @Test
    void aWorkerThatWentToALeafMakesGroupsBesideItself() {
        assertThat(GroupHierarchy.of("0::/kiln.service/" + GroupHierarchy.WORKER, V2))
                .containsExactly(
                        new GroupHierarchy(Set.of(), Optional.of(Path.of("/sys/fs/cgroup/unified/kiln.service"))));
    }
}
