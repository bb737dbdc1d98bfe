package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.worker.disk.KernelFileSystem;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class EngineSettingsTest {

    @Test
    void fileSystemsForTheKernelAreNamedAsTheyAreMounted() {
        assertThat(bound("kernel-file-systems", "xfs,btrfs").kernelFileSystems())
                .containsExactlyInAnyOrder(KernelFileSystem.values());
        assertThat(bound("kernel-file-systems", "btrfs").kernelFileSystems()).containsExactly(KernelFileSystem.BTRFS);
        assertThat(bound("cpus", "1").kernelFileSystems()).isEmpty();
        assertThatThrownBy(() -> bound("kernel-file-systems", "zfs"))
                .isInstanceOf(BindException.class)
                .hasStackTraceContaining("zfs");
    }

    private static EngineSettings bound(String name, String value) {
        var properties = new MapConfigurationPropertySource(Map.of("kiln.engine." + name, value));
        return new Binder(properties).bind("kiln.engine", EngineSettings.class).get();
    }
}
