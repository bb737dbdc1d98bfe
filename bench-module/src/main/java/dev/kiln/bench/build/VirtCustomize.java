package dev.kiln.bench.build;

import dev.kiln.bench.system.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** virt-customize, which boots a libguestfs machine over the disk, and qemu-img, which compresses the result. */
final class VirtCustomize implements Builder {

    private final Programs programs;
    private final DebianDisk debian;
    private final Map<String, String> environment = new LinkedHashMap<>();

    /** Its machine needs a kernel; if this machine has none to offer, it gets the disk's. */
    VirtCustomize(Programs programs, DebianDisk debian) throws IOException, InterruptedException {
        this.programs = programs;
        this.debian = debian;
        environment.put("LIBGUESTFS_BACKEND", "direct");
        try (var kernels = Files.newDirectoryStream(Path.of("/boot"), "vmlinuz-*")) {
            if (!kernels.iterator().hasNext()) {
                lendKernel();
            }
        }
    }

    private void lendKernel() throws IOException, InterruptedException {
        // The directory must exist, although nothing in it is used.
        Files.createDirectories(Path.of("/lib/modules"));
        var place = Files.createDirectories(debian.directory().resolve("kernel"));
        run("tar", "-xf", debian.archive().toString(), "-C", place.toString(), "./boot", "./usr/lib/modules");
        try (var kernels = Files.newDirectoryStream(place.resolve("boot"), "vmlinuz-*")) {
            var kernel = kernels.iterator().next();
            var version = kernel.getFileName().toString().substring("vmlinuz-".length());
            environment.put("SUPERMIN_KERNEL", kernel.toString());
            environment.put("SUPERMIN_KERNEL_VERSION", version);
            environment.put(
                    "SUPERMIN_MODULES",
                    place.resolve("usr/lib/modules").resolve(version).toString());
        }
    }

    @Override
    public String name() {
        return "virt-customize";
    }

    @Override
    public Times build(List<String> commands) throws IOException, InterruptedException {
        var disk = debian.directory().resolve("customized.qcow2");
        var result = debian.directory().resolve("customized-result.qcow2");
        var begun = System.nanoTime();
        run("cp", debian.file().toString(), disk.toString());
        var customize = new ArrayList<>(List.of("virt-customize", "--quiet", "--no-network", "-a", disk.toString()));
        commands.forEach(command -> customize.addAll(List.of("--run-command", command)));
        run(customize.toArray(String[]::new));
        run(
                "qemu-img",
                "convert",
                "-c",
                "-O",
                "qcow2",
                "-o",
                "compression_type=zstd",
                disk.toString(),
                result.toString());
        run("sync", result.toString());
        var millis = (System.nanoTime() - begun) / 1e6;
        return new Times(millis, millis / commands.size());
    }

    private void run(String... command) throws IOException, InterruptedException {
        var unused = programs.run(environment, List.of(command));
    }
}
