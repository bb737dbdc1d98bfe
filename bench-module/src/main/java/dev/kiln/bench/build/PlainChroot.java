package dev.kiln.bench.build;

import dev.kiln.bench.system.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A plain shell script's way: unpack, run every command in a chroot, pack. No sandbox, no limits, no history. */
final class PlainChroot implements Builder {

    private final Programs programs;
    private final Path directory;
    private final Path base;

    /** @param base a tar archive of the root file system */
    PlainChroot(Programs programs, Path directory, Path base) {
        this.programs = programs;
        this.directory = directory;
        this.base = base;
    }

    @Override
    public String name() {
        return "plain chroot";
    }

    @Override
    public Times build(List<String> commands) throws IOException, InterruptedException {
        var root = Files.createTempDirectory(directory, "chroot-");
        try {
            var begun = System.nanoTime();
            run("tar", "--extract", "--file=" + base, "--directory=" + root);
            var firstEnded = 0L;
            for (var command : commands) {
                run("chroot", root.toString(), "/bin/sh", "-c", command);
                firstEnded = firstEnded == 0 ? System.nanoTime() : firstEnded;
            }
            var ended = System.nanoTime();
            // Packs as Kiln does, and flushes to disk as Kiln does.
            var image = directory.resolve("chroot.tar.zst");
            run("sh", "-c", "tar --create --directory=" + root + " . | " + compression() + " > " + image);
            run("sync", image.toString());
            return new Times((System.nanoTime() - begun) / 1e6, (ended - firstEnded) / 1e6 / (commands.size() - 1));
        } finally {
            run("rm", "-rf", root.toString());
        }
    }

    private String compression() {
        return programs.find("zstd").isPresent() ? "zstd -q -3" : "gzip -1";
    }

    private void run(String... command) throws IOException, InterruptedException {
        var unused = programs.run(Map.of(), List.of(command));
    }
}
