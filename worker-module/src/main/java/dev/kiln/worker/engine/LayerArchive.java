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
import java.util.Optional;

/** A step's layer as an archive: packed when the step has ended, unpacked where a later attempt goes on. */
final class LayerArchive {

    // It lives for the length of a build: time counts more than space.
    private static final int COMPRESSION = 1;

    private final SandboxCommands commands;
    private final Scratch scratch;
    private final Limits limits;

    LayerArchive(SandboxCommands commands, Scratch scratch, Limits limits) {
        this.commands = commands;
        this.scratch = scratch;
        this.limits = limits;
    }

    private Path file() {
        return scratch.directory().resolve("layer.tar.zst");
    }

    /** Packs the top layer. */
    StepJournal.LayerFile pack() throws IOException, InterruptedException, Stopped, BuildFailedException {
        var computation = Digest.computation();
        try (var raw = Files.newOutputStream(file());
                var out = new ZstdOutputStream(new DigestOutputStream(raw, computation), COMPRESSION)) {
            SandboxProcess.Output sink = (bytes, length) -> out.write(bytes, 0, length);
            run(new SandboxProcess(
                    commands.packLayer(scratch), Optional.of(scratch.errorsFile()), null, sink, limits::checkDisk));
        }
        return new StepJournal.LayerFile(scratch.layers().top(), file(), Files.size(file()), Digest.of(computation));
    }

    void removeFile() throws IOException {
        Files.deleteIfExists(file());
    }

    /**
     * Unpacks a layer in its place, the one above the top; {@code last} says whether what was in /tmp at its end is
     * wanted too.
     *
     * @throws IOException when the archive cannot be read or is not the one that was kept
     */
    void unpack(StepJournal.KeptLayer layer, boolean last)
            throws IOException, InterruptedException, Stopped, BuildFailedException {
        Files.createDirectories(scratch.directory().resolve(scratch.layers().upper()));
        Files.createDirectories(scratch.directory().resolve("tmp"));
        var line = commands.unpackLayer(scratch, last);
        var said = new Tail(2000);
        run(new SandboxProcess(
                line, Optional.of(scratch.errorsFile()), out -> copy(layer, out), said::add, limits::checkDisk));
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

    private void run(SandboxProcess process) throws IOException, InterruptedException, Stopped, BuildFailedException {
        int status = process.run();
        if (status != 0) {
            throw new IOException("tar over a layer ended with status " + status + ": " + scratch.errors());
        }
    }
}
