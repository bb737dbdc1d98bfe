package dev.kiln.image.archive;

import java.io.IOException;

/** Reads an archive to its end, refuses it when anything in it is broken or hostile, and tells what it holds. */
public final class ArchiveInspector {

    private final ArchiveLimits limits;

    public ArchiveInspector(ArchiveLimits limits) {
        this.limits = limits;
    }

    /** The facts of an archive that may be used as a base image. */
    public ArchiveFacts inspect(ByteSource source) throws IOException, ArchiveRefusedException {
        var contents = ArchiveContents.open(source, limits);
        var check = new EntryCheck(limits, contents.format());
        for (var layer : contents.layers()) {
            layer.read((entry, reader) -> check.accept(entry));
            check.nextLayer();
        }
        if (check.entries() == 0) {
            throw new ArchiveRefusedException("the archive is empty; a base image holds a root file system");
        }
        return new ArchiveFacts(
                contents.format(),
                check.entries(),
                check.unpackedBytes(),
                check.newest(),
                contents.metadata().withKernel(check.hasKernel()));
    }
}
