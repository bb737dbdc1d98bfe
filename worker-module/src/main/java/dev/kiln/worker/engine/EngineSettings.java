package dev.kiln.worker.engine;

import dev.kiln.worker.disk.KernelFileSystem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the build engine (docs/configuration.md).
 *
 * @param directory where base images are kept unpacked and builds have their scratch space; no colon or comma in it
 * @param isolation how the sandbox is made
 * @param memory of all processes of a command together
 * @param cpus processor time of a command, in whole processors; 0 for no limit
 * @param processes of a command at a time
 * @param commandTime of one command in the sandbox, or of a tool that reads or writes a disk
 * @param stepTime of a command and everything around it: what COPY fetches, packing what it wrote, storing and
 *     recording it
 * @param reserve space that builds leave free on the directory's file system, and inodes in proportion
 * @param cache space for unpacked base images that are not in use; as much again for the step cache
 * @param compression zstd level of finished images
 * @param download largest file that COPY fetches from a URL
 * @param downloadTime of one such file
 * @param network the network of a build whose template allows one
 * @param userNamespaces whether commands may make user namespaces of their own
 * @param i386Sockets whether 32-bit programs of x86 processors may open sockets, of whatever kind
 * @param privateNetworks private networks, and addresses of this machine, that builds can reach, like 10.1.0.0/16
 * @param closedNetworks networks that builds cannot reach, whatever the private networks open
 * @param packerGrace how long a stopped Packer may take to undo what it made
 * @param kernelFileSystems file systems of untrusted disks that this machine's kernel may write, because no tool can
 */
@ConfigurationProperties("kiln.engine")
public record EngineSettings(
        @DefaultValue("/var/lib/kiln/engine") Path directory,
        @DefaultValue("automatic") Isolation isolation,
        @DefaultValue("4GB") DataSize memory,
        @DefaultValue("2") int cpus,
        @DefaultValue("4096") int processes,
        @DefaultValue("1h") Duration commandTime,
        @DefaultValue("90m") Duration stepTime,
        @DefaultValue("1GB") DataSize reserve,
        @DefaultValue("20GB") DataSize cache,
        @DefaultValue("3") int compression,
        @DefaultValue("2GB") DataSize download,
        @DefaultValue("10m") Duration downloadTime,
        @DefaultValue("own") BuildNetwork network,
        @DefaultValue("false") boolean userNamespaces,
        @DefaultValue("false") boolean i386Sockets,
        @DefaultValue List<String> privateNetworks,
        @DefaultValue List<String> closedNetworks,
        @DefaultValue("20s") Duration packerGrace,
        @DefaultValue Set<KernelFileSystem> kernelFileSystems) {

    public EngineSettings {
        privateNetworks = List.copyOf(privateNetworks);
        closedNetworks = List.copyOf(closedNetworks);
        kernelFileSystems = Set.copyOf(kernelFileSystems);
    }

    /** How the sandbox is made. */
    public enum Isolation {
        /** {@link #ROOT} for a worker that runs as root, else {@link #USER}. */
        AUTOMATIC,
        /** With the privileges of root, of which a command keeps few. */
        ROOT,
        /** In a user namespace with the sub-ids of the worker's user. */
        USER
    }

    /** The network of a build whose template allows one. */
    public enum BuildNetwork {
        /** Its own, which reaches the internet and the allowed private networks. */
        OWN,
        /** The worker's, including loopback. */
        WORKER
    }

    /** All defaults, with this directory. */
    public static EngineSettings in(Path directory) {
        return new EngineSettings(
                directory,
                Isolation.AUTOMATIC,
                DataSize.ofGigabytes(4),
                2,
                4096,
                Duration.ofHours(1),
                Duration.ofMinutes(90),
                DataSize.ofGigabytes(1),
                DataSize.ofGigabytes(20),
                3,
                DataSize.ofGigabytes(2),
                Duration.ofMinutes(10),
                BuildNetwork.OWN,
                false,
                false,
                List.of(),
                List.of(),
                Duration.ofSeconds(20),
                Set.of());
    }
}
