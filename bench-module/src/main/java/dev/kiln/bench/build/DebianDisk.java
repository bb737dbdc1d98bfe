package dev.kiln.bench.build;

import dev.kiln.bench.orchestration.SourceImage;
import dev.kiln.bench.orchestration.Templates;
import dev.kiln.bench.system.KilnSystem;
import dev.kiln.bench.system.Programs;
import dev.kiln.cli.RequestBody;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** The system disk of a small Debian with an ssh server, made from packages and by Kiln itself. */
final class DebianDisk {

    /** Root's password for ssh; the disk is deleted after the run. */
    static final String PASSWORD = "bench";

    private static final String PACKAGES =
            "apt,systemd-sysv,udev,dbus,initramfs-tools,linux-image-cloud-amd64,openssh-server";

    /** Configures the network and the login of every machine that boots from the disk. */
    private static final List<String> HOOKS = List.of(
            "echo root:" + PASSWORD + " | chroot \"$1\" chpasswd",
            "echo 'PermitRootLogin yes' > \"$1/etc/ssh/sshd_config.d/bench.conf\"",
            "printf '[Match]\\nName=e*\\n[Network]\\nDHCP=yes\\n' > \"$1/etc/systemd/network/bench.network\"",
            "chroot \"$1\" systemctl enable systemd-networkd");

    private final Programs programs;
    private final Path directory;

    DebianDisk(Programs programs, Path directory) {
        this.programs = programs;
        this.directory = directory;
    }

    /** The directory for contenders to work in. */
    Path directory() {
        return directory;
    }

    /** The disk, once it is made. */
    Path file() {
        return directory.resolve("debian.qcow2");
    }

    /** The files that it was made from, as a tar archive. */
    Path archive() {
        return directory.resolve("debian.tar");
    }

    /** Makes it, and returns its image id in Kiln. */
    String make(KilnSystem system) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("mmdebstrap", "--quiet", "--variant=minbase", "--include=" + PACKAGES));
        HOOKS.forEach(hook -> command.add("--customize-hook=" + hook));
        command.addAll(fetching());
        command.addAll(List.of("bookworm", archive().toString()));
        command.addAll(sources());
        var unused = programs.run(Map.of(), command);

        var client = system.client();
        var template = Templates.make(client, SourceImage.register(system, archive()), "RUN true\nRUN true", 1)
                .get(0);
        var json = JsonMapper.shared();
        var path = "/api/v1/templates/" + template;
        var format = json.createObjectNode().put("format", "qcow2");
        var unusedFormat = client.rest("PUT", path + "/output-format", Map.of(), RequestBody.json(format));
        // Keeps its ssh keys: Debian does not make new ones.
        var removed = json.createObjectNode();
        removed.putArray("removed");
        var unusedRest = client.rest("PUT", path + "/sysprep", Map.of(), RequestBody.json(removed));
        var image = new KilnBuilder(system, "").image(template);
        client.download("/api/v1/images/" + image + "/content", file());
        return image;
    }

    /** This machine's settings of apt for downloads, for example a proxy. */
    private static List<String> fetching() throws IOException {
        var options = new ArrayList<String>();
        try (var files = Files.newDirectoryStream(Path.of("/etc/apt/apt.conf.d"))) {
            for (var file : files) {
                if (Files.readString(file).contains("Acquire")) {
                    options.add("--aptopt=" + file);
                }
            }
        }
        return options;
    }

    /** The package sources of this machine, if it is a Debian; otherwise the usual ones. */
    private static List<String> sources() throws IOException {
        try (var files = Files.newDirectoryStream(Path.of("/etc/apt/sources.list.d"), "debian*.{sources,list}")) {
            var sources = new ArrayList<String>();
            files.forEach(file -> sources.add(file.toString()));
            return sources;
        }
    }
}
