package dev.kiln.worker.engine;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import dev.kiln.image.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A step's layer as an archive: packed when the step has ended, unpacked where a later attempt resumes. */
final class LayerArchive {

    // The archive exists only as long as the build: time counts more than space.
    private static final int COMPRESSION = 1;

    /** Exit status of measure.sh when a layer cannot be measured; tar and bubblewrap do not use it. */
    private static final int UNMEASURED = 123;

    private final SandboxCommands commands;
    private final Scratch scratch;
    private final Limits limits;

    LayerArchive(SandboxCommands commands, Scratch scratch, Limits limits) {
        this.commands = commands;
        this.scratch = scratch;
        this.limits = limits;
    }

    /**
     * Packs a layer that no longer changes, with a directory in place of /tmp; the caller removes the file.
     *
     * @throws Stopped when it and the layers below take more than a build may, or it cannot be measured
     */
    StepJournal.LayerFile pack(int index, Path tmp)
            throws IOException, InterruptedException, BuildFailedException, Stopped {
        var file = scratch.directory().resolve("layer.tar.zst");
        var computation = Digest.computation();
        try (var raw = Files.newOutputStream(file);
                var out = new ZstdOutputStream(new DigestOutputStream(raw, computation), COMPRESSION)) {
            SandboxProcess.Output sink = (bytes, length) -> out.write(bytes, 0, length);
            // What the following command writes is checked where that command runs.
            run(commands.packLayer(scratch, index, tmp), null, sink, limits::checkReserve);
        }
        limits.checkPacked(index);
        return new StepJournal.LayerFile(index, file, Files.size(file), Digest.of(computation));
    }

    /**
     * Unpacks a layer in its place, above the top one. {@code last} says whether /tmp is unpacked too, as it was at the
     * step's end.
     *
     * @throws IOException when the archive cannot be read or is not the one that was kept
     */
    void unpack(StepJournal.KeptLayer layer, boolean last)
            throws IOException, InterruptedException, Stopped, BuildFailedException {
        Files.createDirectories(scratch.upper());
        Files.createDirectories(scratch.tmp());
        var line = commands.unpackLayer(scratch, last);
        run(line, out -> copy(layer, out), (bytes, length) -> {}, limits::checkDisk);
        scratch.layers().push();
    }

    private static void copy(StepJournal.KeptLayer layer, OutputStream out) throws IOException {
        var computation = Digest.computation();
        try (var raw = new DigestInputStream(layer.archive().open(0), computation)) {
            new ZstdInputStream(raw).transferTo(out);
            raw.transferTo(OutputStream.nullOutputStream());
        }
        var found = Digest.of(computation);
        if (!found.equals(layer.digest())) {
            throw new IOException("layer " + layer.index() + " is " + found + ", kept was " + layer.digest());
        }
    }

    private static void run(
            List<String> line,
            SandboxProcess.@Nullable Input input,
            SandboxProcess.Output output,
            SandboxProcess.Watch watch)
            throws IOException, InterruptedException, Stopped, BuildFailedException {
        var errors = new Tail(2000);
        int status = new SandboxProcess(line, input, output, watch)
                .withErrorsApart(errors::add)
                .run();
        if (status == UNMEASURED) {
            throw new Stopped(
                    Stopped.Reason.DISK,
                    "what it wrote cannot be measured against the template's SystemDiskSize, make it simpler: "
                            + errors.text());
        }
        if (status != 0) {
            throw new IOException("tar over a layer ended with status " + status + ": " + errors.text());
        }
    }
}
