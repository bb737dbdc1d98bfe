package dev.kiln.image.archive;

import dev.kiln.image.Architecture;
import dev.kiln.image.ImageMetadata;
import dev.kiln.image.Programs;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** Reads an archive to its end, refuses it when anything in it is broken or hostile, and reports what it holds. */
public final class ArchiveInspector {

    // It is kept in the image's row. What is stored already is not asked, so that it stays a base image.
    private static final int MOST_METADATA = 128 << 10;

    private final ArchiveLimits limits;

    public ArchiveInspector(ArchiveLimits limits) {
        this.limits = limits.arriving();
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
        requireShort(contents.metadata());
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

    /** Each text counts three characters more, as in JSON: very many empty ones take memory, too. */
    private static void requireShort(ImageMetadata metadata) throws ArchiveRefusedException {
        long length = Stream.of(
                        metadata.labels().keySet(),
                        metadata.labels().values(),
                        metadata.environment().keySet(),
                        metadata.environment().values(),
                        List.of(metadata.workingDirectory(), metadata.user()),
                        metadata.command(),
                        metadata.entrypoint())
                .flatMap(Collection::stream)
                .mapToLong(text -> text.length() + 3L)
                .sum();
        if (length > MOST_METADATA) {
            throw new ArchiveRefusedException("the image's labels, environment, command and entrypoint have " + length
                    + " characters, and at most " + MOST_METADATA
                    + " are accepted; export it with fewer or shorter labels");
        }
    }

    private static byte[] head(TarReader contents) throws IOException {
        var head = new byte[Architecture.HEAD];
        int read = contents.read(head);
        return Arrays.copyOf(head, Math.max(0, read));
    }
}
