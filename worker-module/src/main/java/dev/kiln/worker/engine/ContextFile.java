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
import org.jspecify.annotations.Nullable;

/** Takes one file out of a template's context, which passes the same check as an image. */
final class ContextFile {

    /** Each link costs another pass over the context; tar's own links all lead to the first name. */
    private static final int MOST_LINKS = 32;

    private final ByteSource context;
    private final Limits limits;

    /** @param limits what this machine keeps free */
    ContextFile(ByteSource context, Limits limits) {
        this.context = context;
        this.limits = limits;
    }

    /** Writes the file's contents to the path; returns its mode, or empty when the context has no such file. */
    Optional<Integer> take(String name, Path to, long longest) throws IOException, BuildFailedException {
        var wanted = new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        long end = Long.MAX_VALUE;
        for (int links = 0; links <= MOST_LINKS; links++) {
            var search = new Search(wanted, end, to, longest);
            read(search);
            if (search.tooLong) {
                throw new BuildFailedException(
                        Stopped.Reason.DISK.code(),
                        "file " + name + " has more than the " + longest + " bytes of the build");
            }
            var target = search.target;
            if (target == null) {
                return search.mode < 0 ? Optional.empty() : Optional.of(search.mode);
            }
            wanted = target;
            end = search.at;
        }
        throw new BuildFailedException(
                CommandRuns.FAILED,
                "the template's context is refused: \"" + name + "\" leads over more than " + MOST_LINKS
                        + " hard links to a file; copy it instead of linking it");
    }

    private void read(Search search) throws IOException, BuildFailedException {
        try {
            new ArchiveLayer(context, 0, -1, Optional.empty(), ArchiveLimits.DEFAULT).read(search);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (ArchiveRefusedException e) {
            throw new BuildFailedException(CommandRuns.FAILED, "the template's context is refused: " + e.getMessage());
        }
    }

    /** Looks for the last entry of that name; after a link, only among the entries before it. */
    private final class Search implements ArchiveLayer.Visitor {

        private final EntryCheck check = new EntryCheck(ArchiveLimits.DEFAULT, ArchiveFacts.Format.TAR);
        private final String wanted;
        private final long end;
        private final Path to;
        private final long longest;
        private long entries;
        private long at;
        private int mode = -1;
        private boolean tooLong;
        private @Nullable String target;

        Search(String wanted, long end, Path to, long longest) {
            this.wanted = wanted;
            this.end = end;
            this.to = to;
            this.longest = longest;
        }

        @Override
        public void visit(TarEntry entry, TarReader contents) throws IOException {
            var accepted = check.accept(entry);
            long number = entries++;
            if (accepted == null || number >= end || !accepted.name().equals(wanted)) {
                return;
            }
            at = number;
            target = accepted.type() == TarEntry.Type.HARD_LINK ? accepted.linkTarget() : null;
            if (accepted.type() == TarEntry.Type.FILE) {
                tooLong = entry.size() > longest;
                mode = tooLong ? -1 : save(contents, to, accepted.mode());
            }
        }
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
