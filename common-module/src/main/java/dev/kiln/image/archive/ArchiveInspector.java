package dev.kiln.image.archive;

import dev.kiln.image.Architecture;
import dev.kiln.image.Programs;
import java.io.IOException;
import java.util.Arrays;

/** Reads an archive to its end, refuses it when anything in it is broken or hostile, and reports what it holds. */
public final class ArchiveInspector {

    private final ArchiveLimits limits;

    public ArchiveInspector(ArchiveLimits limits) {
        this.limits = limits;
    }

    /** The facts of an archive that may be used as a base image. */
    public ArchiveFacts inspect(ByteSource source) throws IOException, ArchiveRefusedException {
        return inspect(
                ArchiveContents.open(source, limits), "the archive is empty; a base image holds a root file system");
    }

    /** The facts of a template's context: plain files, even if they are named like those of an OCI image. */
    public ArchiveFacts inspectContext(ByteSource source) throws IOException, ArchiveRefusedException {
        return inspect(
                ArchiveContents.ofFiles(source, limits),
                "the archive is empty; a context holds the files that COPY commands name");
    }

    private ArchiveFacts inspect(ArchiveContents contents, String empty) throws IOException, ArchiveRefusedException {
        var check = new EntryCheck(limits, contents.format());
        var programs = new Programs();
        for (var layer : contents.layers()) {
            layer.read((entry, reader) -> {
                var accepted = check.accept(entry);
                if (accepted != null && accepted.type() == TarEntry.Type.FILE && Programs.mayBe(accepted.name())) {
                    programs.see(head(reader));
                }
            });
            check.nextLayer();
        }
        if (check.entries() == 0) {
            throw new ArchiveRefusedException(empty);
        }
        var metadata = contents.metadata().withKernel(check.hasKernel());
        return new ArchiveFacts(
                contents.format(),
                check.entries(),
                check.unpackedBytes(),
                check.newest(),
                programs.architecture().map(metadata::withArchitecture).orElse(metadata));
    }

    private static byte[] head(TarReader contents) throws IOException {
        var head = new byte[Architecture.HEAD];
        int read = contents.read(head);
        return Arrays.copyOf(head, Math.max(0, read));
    }
}
