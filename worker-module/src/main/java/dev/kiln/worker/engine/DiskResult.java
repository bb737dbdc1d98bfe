package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import dev.kiln.image.ImageForm;
import dev.kiln.image.ImageMetadata;
import dev.kiln.worker.disk.DiskFailedException;
import dev.kiln.worker.disk.DiskPacking;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes a result that is a disk: from a build on a disk, or from an archive's files. */
record DiskResult(SandboxCommands commands, BuildRequest request, BuildOutput output, Scratch scratch, Limits limits) {

    BuildEngine.BuiltImage of(UnpackedImages.Lease base, ImageCommands inImage, ImageMetadata metadata)
            throws BuildFailedException, IOException, InterruptedException {
        inImage.plan(base.disk().isEmpty());
        var packages = new InstalledPackages(inImage, output).find();
        var built = base.disk().isPresent() ? rewritten(base, metadata) : made(base, inImage, metadata);
        return built.with(packages);
    }

    /** A bootable disk made of the image's files. */
    private BuildEngine.BuiltImage made(UnpackedImages.Lease base, ImageCommands inImage, ImageMetadata metadata)
            throws BuildFailedException, IOException, InterruptedException {
        inImage.plan(false);
        try {
            var kind = request.output().orElseThrow();
            var disk = new BootableDisk(inImage, scratch).make(kind, base.newest());
            return built(disk.file(), new ImageForm(kind, disk.bytes()), metadata);
        } catch (Stopped e) {
            throw new BuildFailedException(e.reason().code(), "making the disk: " + e.getMessage());
        }
    }

    private static BuildEngine.BuiltImage built(Path file, ImageForm form, ImageMetadata metadata) throws IOException {
        return new BuildEngine.BuiltImage(file, Files.size(file), Digest.of(file), form, metadata);
    }

    /** The base image's disk again: as qcow2 with the template's SystemDiskSize, as raw no larger than necessary. */
    private BuildEngine.BuiltImage rewritten(UnpackedImages.Lease base, ImageMetadata metadata)
            throws BuildFailedException, IOException, InterruptedException {
        var tools = new SandboxTools(commands, limits.command());
        var kind = request.output().orElse(ImageForm.Kind.QCOW2);
        try {
            var disk = base.disk().orElseThrow();
            var file = new DiskPacking(tools, scratch.directory(), disk, base.directory(), output::phase)
                    .pack(scratch.layers().top(), request.diskBytes(), kind);
            long bytes = kind == ImageForm.Kind.RAW ? Files.size(file) : request.diskBytes();
            var found = disk.knownArchitecture().map(metadata::withArchitecture);
            return built(file, new ImageForm(kind, bytes), found.orElse(metadata));
        } catch (DiskFailedException e) {
            throw new BuildFailedException(e.code(), "writing the disk: " + e.getMessage());
        }
    }
}
