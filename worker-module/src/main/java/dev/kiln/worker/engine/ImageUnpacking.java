package dev.kiln.worker.engine;

import dev.kiln.execution.Ability;
import dev.kiln.image.Digest;
import dev.kiln.image.archive.ArchiveContents;
import dev.kiln.image.archive.ArchiveFacts;
import dev.kiln.image.archive.ArchiveLayer;
import dev.kiln.image.archive.ArchiveLimits;
import dev.kiln.image.archive.ArchiveRefusedException;
import dev.kiln.image.archive.EntryCheck;
import dev.kiln.image.archive.TarWriter;
import dev.kiln.worker.disk.DiskFailedException;
import dev.kiln.worker.disk.DiskOpening;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Unpacks base images, each into a directory that never changes afterwards. */
final class ImageUnpacking {

    private static final String REFUSED = "BaseImage.Refused";

    private final SandboxCommands commands;
    private final Supplier<Set<Ability>> able;

    /** @param able the abilities of this worker */
    ImageUnpacking(SandboxCommands commands, Supplier<Set<Ability>> able) {
        this.commands = commands;
        this.able = able;
    }

    /** Unpacks into {@code root} of a new directory and writes the image's facts beside it. */
    void unpack(BuildRequest.BaseImage base, Path directory, SandboxProcess.Watch watch)
            throws IOException, InterruptedException, BuildFailedException, Stopped {
        if (base.form().isDisk()) {
            unpackDisk(base, directory, watch);
            sync(directory, watch);
            return;
        }
        try {
            var contents = ArchiveContents.open(base.archive(), ArchiveLimits.DEFAULT);
            var check = new EntryCheck(ArchiveLimits.DEFAULT, contents.format());
            var root = Files.createDirectory(directory.resolve("root"));
            for (var layer : layers(base, contents)) {
                if (check.entries() > 0) {
                    removeReplaced(layer, check, root, watch);
                }
                extract(layer, check, root, watch);
                check.nextLayer();
            }
            Files.writeString(
                    directory.resolve("newest"), Long.toString(check.newest().getEpochSecond()));
            Files.writeString(directory.resolve("bytes"), Long.toString(check.unpackedBytes()));
            sync(directory, watch);
        } catch (ArchiveRefusedException e) {
            throw new BuildFailedException(REFUSED, e.getMessage());
        }
    }

    private void unpackDisk(BuildRequest.BaseImage base, Path directory, SandboxProcess.Watch watch)
            throws IOException, InterruptedException, BuildFailedException, Stopped {
        try {
            var image = directory.resolve("image");
            fetch(base, image, watch);
            new DiskOpening(new SandboxTools(commands, watch), able.get()).open(image, base.form(), directory);
            Files.writeString(directory.resolve("bytes"), Long.toString(allocated(directory, watch)));
        } catch (DiskFailedException e) {
            throw new BuildFailedException(e.code(), e.getMessage());
        }
    }

    /** The disk space of a directory's files, without holes. */
    private long allocated(Path directory, SandboxProcess.Watch watch)
            throws IOException, InterruptedException, BuildFailedException, Stopped {
        var said = new Tail(1000);
        new SandboxProcess(commands.tool("du", "-sk", directory.toString()), null, said::add, watch).run();
        return Long.parseLong(said.text().split("\\s", 2)[0]) * 1024;
    }

    private static void fetch(BuildRequest.BaseImage base, Path file, SandboxProcess.Watch watch)
            throws IOException, Stopped {
        var computation = Digest.computation();
        try (var in = new DigestInputStream(base.archive().open(0), computation);
                var out = Files.newOutputStream(file)) {
            var buffer = new byte[1 << 20];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
                watch.look();
            }
        }
        if (!Digest.of(computation).equals(base.digest())) {
            throw new IOException("the bytes of the base image are not those of " + base.digest());
        }
    }

    /** An unpacked image is trusted as long as it exists, so it must be complete even after a power failure. */
    private void sync(Path directory, SandboxProcess.Watch watch)
            throws IOException, InterruptedException, BuildFailedException, Stopped {
        var said = new Tail(1000);
        var command = commands.tool("sync", "--file-system", directory.toString());
        if (new SandboxProcess(command, null, said::add, watch).run() != 0) {
            throw new IOException("writing the unpacked base image to disk failed: " + said.text());
        }
    }

    /**
     * A plain archive is verified against the image's digest while it is read; an OCI image's layers against their own.
     */
    private static List<ArchiveLayer> layers(BuildRequest.BaseImage base, ArchiveContents contents) {
        if (contents.format() == ArchiveFacts.Format.OCI) {
            return contents.layers();
        }
        return List.of(new ArchiveLayer(base.archive(), 0, -1, Optional.of(base.digest()), ArchiveLimits.DEFAULT));
    }

    private void removeReplaced(ArchiveLayer layer, EntryCheck check, Path root, SandboxProcess.Watch watch)
            throws IOException, InterruptedException, BuildFailedException, Stopped {
        feed(commands.remove(root), watch, out -> {
            var sink = new Sink(out);
            layer.read((entry, contents) -> {
                var path = check.removal(entry);
                if (path.isPresent()) {
                    sink.write((path.get() + '\0').getBytes(StandardCharsets.ISO_8859_1));
                }
            });
            sink.flush();
        });
    }

    /** Unpacks the entries that pass the check. */
    void extract(ArchiveLayer layer, EntryCheck check, Path root, SandboxProcess.Watch watch)
            throws IOException, InterruptedException, BuildFailedException, Stopped {
        feed(commands.extract(root), watch, out -> {
            var writer = new TarWriter(new Sink(out));
            layer.read((entry, contents) -> {
                var accepted = check.accept(entry);
                if (accepted != null) {
                    writer.entry(accepted, contents);
                }
            });
            writer.close();
        });
    }

    private interface Feed {
        void writeTo(OutputStream out) throws IOException, ArchiveRefusedException;
    }

    private void feed(List<String> command, SandboxProcess.Watch watch, Feed feed)
            throws IOException, InterruptedException, BuildFailedException, Stopped {
        var said = new Tail(2000);
        SandboxProcess.Input input = out -> {
            try {
                feed.writeTo(out);
            } catch (ArchiveRefusedException e) {
                throw new BuildFailedException(REFUSED, e.getMessage());
            }
        };
        int status = new SandboxProcess(command, input, said::add, watch).run();
        if (status != 0) {
            var text = "unpacking the base image ended with status " + status + ": " + said.text();
            if (text.contains("No space left") || text.contains("bwrap:") || text.contains("unshare:")) {
                throw new IOException(text);
            }
            throw new BuildFailedException(REFUSED, text);
        }
    }

    /** Distinguishes failures to write from failures to read, which are the archive's fault. */
    private static final class Sink extends FilterOutputStream {

        Sink(OutputStream out) {
            super(new java.io.BufferedOutputStream(out, 64 << 10));
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void flush() {
            try {
                out.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The directories of unpacked images in a directory. */
    static List<Path> all(Path directory) throws IOException {
        return directories(directory, "[0-9a-f]*");
    }

    /** The directories of images that are being unpacked or removed, or were when their worker was killed. */
    static List<Path> unfinished(Path directory) throws IOException {
        return Files.isDirectory(directory) ? directories(directory, ".[0-9a-f]*.{new,old}") : List.of();
    }

    private static List<Path> directories(Path directory, String pattern) throws IOException {
        var all = new ArrayList<Path>();
        try (var entries = Files.newDirectoryStream(directory, pattern)) {
            for (var entry : entries) {
                if (Files.isDirectory(entry)) {
                    all.add(entry);
                }
            }
        }
        return all;
    }
}
