package dev.kiln.worker.disk;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Has the kernel write the changes of layers into a file system that no tool of its own can write: first all removals,
 * then the files of each layer, the lowest first. The program that does so has only the file system and the layers in
 * its sandbox.
 */
record MountedWriting(DiskTools tools, Path scratch, OpenedDisk base, KernelFileSystem kind, Path baseDirectory) {

    // A layer has a copy of each directory in which it changes something, so a directory comes after its contents.
    private static final String WRITE = """
            set -eu -o pipefail
            cd /disk/root
            xargs -0 -r rm -rf -- < /disk/lists/gone
            attributes=(--xattrs --xattrs-include='user.*' --xattrs-include=security.capability
                --xattrs-include='system.posix_acl_*' --xattrs-exclude='user.overlay.*')
            for layer in "$@"; do
                tar --create --directory="/disk/layers/$layer" --null --verbatim-files-from --no-recursion \
                    --files-from="/disk/lists/$layer" --numeric-owner --sparse --format=posix "${attributes[@]}" |
                    tar --extract --numeric-owner --same-owner --same-permissions --delay-directory-restore \
                        "${attributes[@]}"
            done
            """;

    /** Writes to a disk whose root partition has this many bytes. */
    void write(Path disk, long bytes, LayerChanges changes)
            throws IOException, InterruptedException, DiskFailedException {
        var lists = Files.createDirectory(scratch.resolve("lists"));
        try (var gone = list(lists, "gone")) {
            for (var path : TreeListing.read(OpenedDisk.listing(baseDirectory), changes)
                    .going()
                    .descendingKeySet()) {
                add(gone, path);
            }
        }
        var command = new ArrayList<>(List.of("bash", "-c", WRITE, "kiln"));
        for (var layer : byLayer(changes).entrySet()) {
            command.add(layer.getKey().toString());
            try (var list = list(lists, layer.getKey().toString())) {
                for (var path : layer.getValue()) {
                    add(list, path);
                }
            }
        }
        var layers = Files.createDirectories(scratch.resolve("layers"));
        var mount = base.mounts().get(0).writable(disk, kind, bytes);
        var said = tools.run(ToolRun.of(command.toArray(String[]::new))
                .reading(layers, "layers")
                .reading(lists, "lists")
                .changing(mount, Files.createDirectories(scratch.resolve("mounted")), "root"));
        requireWritten(said);
        new NestedSubvolumes(tools, scratch)
                .restore(NestedSubvolumes.in(baseDirectory), base.mounts().get(0), disk, bytes);
        new PartitionCheck(tools, disk, kind, base.root().partition().start(), bytes).requireClean();
    }

    private static TreeMap<Integer, List<String>> byLayer(LayerChanges changes) {
        var found = new TreeMap<Integer, List<String>>();
        changes.all().forEach((path, change) -> {
            if (change.entry().isPresent()) {
                var layer = change.source().substring(0, change.source().indexOf('/'));
                found.computeIfAbsent(Integer.valueOf(layer), number -> new ArrayList<>())
                        .add(path);
            }
        });
        return found;
    }

    private static OutputStream list(Path lists, String name) throws IOException {
        return new BufferedOutputStream(Files.newOutputStream(lists.resolve(name)), 64 << 10);
    }

    private static void add(OutputStream list, String path) throws IOException {
        list.write(TreeListing.bytes("./" + path));
        list.write(0);
    }

    private static void requireWritten(DiskTools.Ended said) throws IOException, DiskFailedException {
        // tar uses up what is left and then says only how much it wrote.
        if (said.errors().contains("No space left") || said.errors().contains("Wrote only")) {
            throw DiskPacking.full(said.errors());
        }
        if (said.status() != 0) {
            throw new IOException("writing to the disk ended with status " + said.status() + ": " + said.errors());
        }
    }
}
