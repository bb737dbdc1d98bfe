package dev.kiln.worker.machine;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings {@code kiln.machine.*}: the machines that finished disks are booted in.
 *
 * @param boot whether a disk's test commands run in a machine that boots it; otherwise this worker leaves them to
 *     others
 * @param bootTime how long a machine may take from its start to multi-user
 * @param memory of a machine; the emulator around it also takes some of {@code kiln.engine.memory}
 * @param cpus of a machine
 * @param acceleration what executes the machine's instructions
 */
@ConfigurationProperties("kiln.machine")
public record MachineSettings(
        @DefaultValue("true") boolean boot,
        @DefaultValue("10m") Duration bootTime,
        @DefaultValue("1GB") DataSize memory,
        @DefaultValue("2") int cpus,
        @DefaultValue("automatic") Acceleration acceleration) {

    /** What executes the machine's instructions. */
    public enum Acceleration {
        /** {@link #KVM} where KVM can run machines, else {@link #TCG}. */
        AUTOMATIC,
        /** The host's processor, through its kernel. */
        KVM,
        /** A program, about twenty times slower; needs nothing from the host. */
        TCG
    }

    /** All defaults. */
    public static final MachineSettings DEFAULTS =
            new MachineSettings(true, Duration.ofMinutes(10), DataSize.ofGigabytes(1), 2, Acceleration.AUTOMATIC);

    public MachineSettings {
        if (cpus < 1) {
            throw new IllegalArgumentException("kiln.machine.cpus is " + cpus + ", but a machine has at least 1");
        }
        if (memory.toMegabytes() < 64) {
            throw new IllegalArgumentException(
                    "kiln.machine.memory is " + memory + ", but no system boots in less than" + " 64MB");
        }
    }
}
