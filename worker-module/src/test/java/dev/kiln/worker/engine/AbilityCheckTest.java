package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.Ability;
import dev.kiln.worker.disk.KernelFileSystem;
import dev.kiln.worker.machine.MachineSettings;
import dev.kiln.worker.machine.MachineSettings.Acceleration;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

/** On a machine that has all the tools, what a worker cannot do is told with its reason. */
class AbilityCheckTest {

    @Test
    void aWorkerOfRootWithTheToolsCanDoAllThatItsSettingsAllow() {
        var abilities =
                new AbilityCheck(false, machines(true, Acceleration.TCG), settings(KernelFileSystem.values())).find();

        var processor = System.getProperty("os.arch").equals("aarch64") ? Ability.ARM64 : Ability.X86_64;
        assertThat(abilities.able())
                .containsExactlyInAnyOrder(
                        Ability.DISKS,
                        Ability.BOOTABLE_DISKS,
                        Ability.MACHINES,
                        Ability.XFS,
                        Ability.BTRFS,
                        Ability.PACKER,
                        Ability.NETWORK,
                        processor);
        assertThat(abilities.lacking()).containsEntry(Ability.KVM, "kiln.machine.acceleration is tcg");
    }

    @Test
    void anOrdinaryUserBuildsOnDisksWithoutMounting() {
        var abilities = new AbilityCheck(true, MachineSettings.DEFAULTS, settings(KernelFileSystem.values())).find();

        assertThat(abilities.able()).contains(Ability.DISKS, Ability.BOOTABLE_DISKS, Ability.MACHINES);
        for (var ability : List.of(Ability.XFS, Ability.BTRFS)) {
            assertThat(abilities.lacking().get(ability)).contains("ordinary user", "run workers as root");
        }
    }

    @Test
    void whoMayNotBootMachinesRunsNoneByKvmEither() {
        var abilities = new AbilityCheck(
                        false, machines(false, Acceleration.AUTOMATIC), settings(KernelFileSystem.BTRFS))
                .find();

        assertThat(abilities.lacking())
                .containsEntry(Ability.MACHINES, "kiln.machine.boot is false")
                .containsEntry(Ability.KVM, "kiln.machine.boot is false")
                .hasEntrySatisfying(
                        Ability.XFS, why -> assertThat(why).contains("kiln.engine.kernel-file-systems is without xfs"))
                .doesNotContainKey(Ability.BTRFS);
    }

    private static EngineSettings settings(KernelFileSystem... byKernel) {
        return TestSettings.of(Path.of("/unused")).byKernel(byKernel).build();
    }

    private static MachineSettings machines(boolean boot, Acceleration acceleration) {
        return new MachineSettings(boot, Duration.ofMinutes(1), DataSize.ofMegabytes(256), 1, acceleration);
    }
}
