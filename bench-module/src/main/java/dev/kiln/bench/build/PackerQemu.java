package dev.kiln.bench.build;

import dev.kiln.bench.system.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** Packer's builder for QEMU: boots the disk itself, runs the commands by ssh, and compresses the resulting disk. */
final class PackerQemu implements Builder {

    private static final String FILE = """
            source "qemu" "disk" {
              iso_url          = "%s"
              iso_checksum     = "none"
              disk_image       = true
              disk_compression = true
              format           = "qcow2"
              accelerator      = "%s"
              headless         = true
              memory           = 1024
              cpus             = 2
              net_device       = "virtio-net-pci"
              boot_wait        = "-1s"
              ssh_username     = "root"
              ssh_password     = "%s"
              ssh_timeout      = "20m"
              shutdown_command = "systemctl poweroff"
              output_directory = "%s"
            }
            build {
              sources = ["source.qemu.disk"]
              provisioner "shell" {
                inline = [%s]
              }
            }
            """;

    private final Programs programs;
    private final DebianDisk debian;

    PackerQemu(Programs programs, DebianDisk debian) {
        this.programs = programs;
        this.debian = debian;
    }

    @Override
    public String name() {
        return "packer, qemu builder";
    }

    @Override
    public Times build(List<String> commands) throws IOException, InterruptedException {
        var result = debian.directory().resolve("packed");
        run("rm", "-rf", result.toString());
        var kvm = Files.isWritable(Path.of("/dev/kvm"));
        // HCL's strings are those of JSON, except for its interpolation.
        var inline = commands.stream()
                .map(command -> JsonMapper.shared().writeValueAsString(command).replace("${", "$${"))
                .collect(Collectors.joining(", "));
        var file = Files.writeString(
                debian.directory().resolve("bench.pkr.hcl"),
                FILE.formatted(debian.file(), kvm ? "kvm" : "none", DebianDisk.PASSWORD, result, inline));
        var begun = System.nanoTime();
        run("packer", "build", file.toString());
        var millis = (System.nanoTime() - begun) / 1e6;
        return new Times(millis, millis / commands.size());
    }

    private void run(String... command) throws IOException, InterruptedException {
        // Otherwise Packer looks for newer releases of itself.
        var cache = debian.directory().resolve("packer-cache").toString();
        var environment = Map.of("CHECKPOINT_DISABLE", "1", "PACKER_CACHE_DIR", cache);
        var unused = programs.run(environment, List.of(command));
    }
}
