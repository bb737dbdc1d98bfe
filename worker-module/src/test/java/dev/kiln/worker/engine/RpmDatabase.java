package dev.kiln.worker.engine;

import dev.kiln.image.archive.TarEntry;
import dev.kiln.image.archive.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A database with two packages and a key in it, made by this machine's own rpm. */
final class RpmDatabase {

    static final String NAME = "rpmdb.sqlite";

    private static final String SPEC = """
            Name: tool
            Epoch: 2
            Version: 1.4
            Release: 3
            Summary: of a test
            License: none
            BuildArch: noarch
            %description
            %files
            %package -n library
            Version: 5
            Summary: of a test
            %description -n library
            %files -n library
            %package -n gpg-pubkey
            Summary: as rpm keeps keys
            %description -n gpg-pubkey
            %files -n gpg-pubkey
            """;

    private RpmDatabase() {}

    /** Makes it in the directory, which is made too, and returns its file. */
    static Path make(Path directory) throws Exception {
        var work = Files.createDirectories(directory.resolve("work"));
        var spec = Files.writeString(work.resolve("tool.spec"), SPEC);
        SystemDisk.run("rpmbuild", "-bb", "--quiet", "--define", "_topdir " + work, spec.toString());
        var built = work.resolve("RPMS/noarch");
        var database = Files.createDirectory(directory.resolve("database"));
        SystemDisk.run(
                "rpm",
                "--dbpath=" + database,
                "--define=_db_backend sqlite",
                "-i",
                "--justdb",
                "--nodeps",
                "--force-debian",
                name(built, "tool-1.4"),
                name(built, "library-5"),
                name(built, "gpg-pubkey"));
        return database.resolve(NAME);
    }

    /** A context with the file in it. */
    static byte[] context(Path database) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var writer = new TarWriter(out)) {
            writer.header(BusyboxBase.entry(TarEntry.Type.DIRECTORY, ".", "", 0755, 0));
            BusyboxBase.file(writer, NAME, Files.readAllBytes(database), 0600);
        }
        return out.toByteArray();
    }

    private static String name(Path built, String begin) throws IOException {
        try (var files = Files.list(built)) {
            return files.map(Path::toString)
                    .filter(file -> file.startsWith(built.resolve(begin).toString()))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
