package dev.kiln.worker.engine;

import dev.kiln.image.archive.ArchiveFacts;
import dev.kiln.image.archive.ArchiveLayer;
import dev.kiln.image.archive.ArchiveLimits;
import dev.kiln.image.archive.ArchiveRefusedException;
import dev.kiln.image.archive.ByteSource;
import dev.kiln.image.archive.EntryCheck;
import dev.kiln.image.archive.TarEntry;
import dev.kiln.image.archive.TarReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Takes one file out of a template's context; the context passes the same check as an image. */
final class ContextFile {

    private final ByteSource context;
    private final Limits limits;

    /** @param limits what this machine keeps free */
    ContextFile(ByteSource context, Limits limits) {
        this.context = context;
        this.limits = limits;
    }

    /** Writes the file's contents to the path; gives its mode, or nothing when the context has no such file. */
    Optional<Integer> take(String name, Path to, long longest) throws IOException, BuildFailedException {
        var wanted = new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        var check = new EntryCheck(ArchiveLimits.DEFAULT, ArchiveFacts.Format.TAR);
        var mode = new int[] {-1};
        try {
            new ArchiveLayer(context, 0, -1, Optional.empty(), ArchiveLimits.DEFAULT).read((entry, contents) -> {
                var accepted = check.accept(entry);
                if (accepted != null && accepted.name().equals(wanted) && accepted.type() == TarEntry.Type.FILE) {
                    mode[0] = entry.size() > longest ? -2 : save(contents, to, accepted.mode());
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (ArchiveRefusedException e) {
            throw new BuildFailedException(
                    "BuildCommand.Failed", "the template's context is refused: " + e.getMessage());
        }
        if (mode[0] == -2) {
            throw new BuildFailedException(
                    Stopped.Reason.DISK.code(),
                    "file " + name + " has more than the " + longest + " bytes of the build");
        }
        return mode[0] < 0 ? Optional.empty() : Optional.of(mode[0]);
    }

    private int save(TarReader contents, Path to, int mode) throws IOException {
        try (var out = Files.newOutputStream(to)) {
            var buffer = new byte[64 << 10];
            for (int count = contents.read(buffer); count >= 0; count = contents.read(buffer)) {
                write(out, buffer, count);
            }
        }
        return mode & 0777;
    }

    /** A failure to write is this machine's fault, not the archive's. */
    private void write(OutputStream out, byte[] buffer, int count) {
        try {
            limits.checkReserve();
            out.write(buffer, 0, count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
