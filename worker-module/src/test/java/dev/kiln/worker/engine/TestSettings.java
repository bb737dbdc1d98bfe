package dev.kiln.worker.engine;

import dev.kiln.worker.disk.KernelFileSystem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.springframework.util.unit.DataSize;

/** Engine settings that differ from the defaults in what a test is about. */
final class TestSettings {

    private final EngineSettings defaults;
    private EngineSettings.Isolation isolation = EngineSettings.Isolation.AUTOMATIC;
    private DataSize memory = DataSize.ofMegabytes(512);
    private int cpus;
    private int processes = 200;
    private Duration commandTime = Duration.ofMinutes(2);
    private Duration stepTime = Duration.ofMinutes(3);
    private DataSize reserve;
    private DataSize cache = DataSize.ofGigabytes(1);
    private DataSize download;
    private Duration downloadTime;
    private EngineSettings.BuildNetwork network = EngineSettings.BuildNetwork.OWN;
    private boolean userNamespaces;
    private boolean i386Sockets;
    private List<String> privateNetworks = List.of();
    private List<String> closedNetworks = List.of();
    private Set<KernelFileSystem> kernelFileSystems = Set.of();

    private TestSettings(EngineSettings defaults) {
        this.defaults = defaults;
        this.cpus = defaults.cpus();
        this.reserve = defaults.reserve();
        this.download = defaults.download();
        this.downloadTime = defaults.downloadTime();
    }

    static TestSettings of(Path directory) {
        return new TestSettings(EngineSettings.in(directory));
    }

    TestSettings isolation(EngineSettings.Isolation value) {
        isolation = value;
        return this;
    }

    TestSettings memoryBytes(long value) {
        memory = DataSize.ofBytes(value);
        return this;
    }

    TestSettings cpus(int value) {
        cpus = value;
        return this;
    }

    TestSettings processes(int value) {
        processes = value;
        return this;
    }

    TestSettings commandTime(Duration value) {
        commandTime = value;
        return this;
    }

    TestSettings stepTime(Duration value) {
        stepTime = value;
        return this;
    }

    TestSettings reserve(DataSize value) {
        reserve = value;
        return this;
    }

    TestSettings cacheBytes(long value) {
        cache = DataSize.ofBytes(value);
        return this;
    }

    TestSettings downloadBytes(long value) {
        download = DataSize.ofBytes(value);
        return this;
    }

    TestSettings downloadTime(Duration value) {
        downloadTime = value;
        return this;
    }

    TestSettings privateNetworks(String... values) {
        privateNetworks = List.of(values);
        return this;
    }

    TestSettings closedNetworks(String... values) {
        closedNetworks = List.of(values);
        return this;
    }

    TestSettings network(EngineSettings.BuildNetwork value) {
        network = value;
        return this;
    }

    TestSettings withUserNamespaces() {
        userNamespaces = true;
        return this;
    }

    TestSettings withI386Sockets() {
        i386Sockets = true;
        return this;
    }

    TestSettings byKernel(KernelFileSystem... values) {
        kernelFileSystems = Set.of(values);
        return this;
    }

    EngineSettings build() {
        return new EngineSettings(
                defaults.directory(),
                isolation,
                memory,
                cpus,
                processes,
                commandTime,
                stepTime,
                reserve,
                cache,
                defaults.compression(),
                download,
                downloadTime,
                network,
                userNamespaces,
                i386Sockets,
                privateNetworks,
                closedNetworks,
                defaults.packerGrace(),
                kernelFileSystems);
    }
}
