package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import dev.kiln.image.ImageForm;
import dev.kiln.image.ImageMetadata;
import dev.kiln.worker.disk.DiskFailedException;
import dev.kiln.worker.disk.DiskPacking;
import java.io.IOException;
import java.nio.file.Files;

/** Makes the result of a build on a disk: a disk again, of the template's SystemDiskSize. */
record DiskResult(SandboxCommands commands, BuildRequest request, BuildOutput output, Scratch scratch, Limits limits) {

    BuildEngine.BuiltImage pack(UnpackedImages.Lease base, ImageMetadata metadata)
            throws BuildFailedException, IOException, InterruptedException {
        var tools = new SandboxTools(commands, limits.command());
        try {
            var disk = base.disk().orElseThrow();
            var file = new DiskPacking(tools, scratch.directory(), disk, base.directory(), output::phase)
                    .pack(scratch.layers().top(), request.diskBytes());
            var form = new ImageForm(ImageForm.Kind.QCOW2, request.diskBytes());
            return new BuildEngine.BuiltImage(file, Files.size(file), Digest.of(file), form, metadata);
        } catch (DiskFailedException e) {
            throw new BuildFailedException(e.code(), "writing the disk: " + e.getMessage());
        }
    }
}
