package dev.kiln.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** PostgreSQL's programs, unpacked from the class path once per version and user of the machine. */
final class PostgresBinaries {

    private static final Map<String, String> ARCHIVES =
            Map.of("amd64", "postgres-linux-x86_64.txz", "aarch64", "postgres-linux-arm_64.txz");
    private static final String READABLE = "rwxr-xr-x";

    private final Path home;

    private PostgresBinaries(Path home) {
        this.home = home;
    }

    Path program(String name) {
        return home.resolve("bin").resolve(name);
    }

    /** Unpacks the programs into the cache directory if they are not there. */
    static PostgresBinaries unpacked() throws IOException {
        var archive = archive();
        var cache = cache();
        var home = cache.resolve("postgresql-" + version(archive));
        if (!Files.isDirectory(home)) {
            unpack(archive, home);
        }
        if (BoundProcess.isRoot()) {
            open(cache);
        }
        return new PostgresBinaries(home);
    }

    private static URL archive() throws IOException {
        var machine = System.getProperty("os.arch");
        var name = ARCHIVES.get(machine);
        if (name == null) {
            throw new IOException("embedded PostgreSQL runs on amd64 and aarch64, not on " + machine);
        }
        var archive = PostgresBinaries.class.getResource("/" + name);
        if (archive == null) {
            throw new IOException(name + " is not on the class path");
        }
        return archive;
    }

    /** The archive's checksum, which differs between versions of PostgreSQL. */
    private static String version(URL archive) throws IOException {
        if (archive.openConnection() instanceof JarURLConnection jar) {
            return Long.toHexString(jar.getJarEntry().getCrc());
        }
        throw new IOException(archive + " is not within a jar");
    }

    /**
     * The cache directory. Root's is outside of root's home, since the account that the server runs as must read it.
     */
    private static Path cache() {
        var chosen = System.getenv("KILN_CACHE");
        if (chosen != null) {
            return Path.of(chosen);
        }
        return BoundProcess.isRoot()
                ? Path.of("/var/cache/kiln")
                : Path.of(System.getProperty("user.home"), ".cache", "kiln");
    }

    /** Lets the account that the server runs as pass, whatever umask the directory was created with. */
    static void open(Path cache) throws IOException {
        var permissions = Files.getPosixFilePermissions(cache);
        if (permissions.addAll(PosixFilePermissions.fromString(READABLE))) {
            Files.setPosixFilePermissions(cache, permissions);
        }
    }

    private static void unpack(URL archive, Path home) throws IOException {
        Files.createDirectories(home.getParent());
        var partial = Files.createTempDirectory(home.getParent(), "unpacking-");
        try (var bytes = archive.openStream()) {
            extract(bytes, partial);
            makeReadable(partial);
            Files.move(partial, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            // Another process was faster; its copy is just as good.
            deleteTree(partial);
        }
    }

    private static void extract(InputStream bytes, Path target) throws IOException {
        try (var tar = new TarArchiveInputStream(new XZCompressorInputStream(new BufferedInputStream(bytes)))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                extract(tar, entry, target.resolve(entry.getName()).normalize(), target);
            }
        }
    }

    private static void extract(TarArchiveInputStream tar, TarArchiveEntry entry, Path file, Path target)
            throws IOException {
        if (!file.startsWith(target)) {
            throw new IOException("entry " + entry.getName() + " of the PostgreSQL archive leads out of it");
        }
        if (entry.isDirectory()) {
            Files.createDirectories(file);
            return;
        }
        Files.createDirectories(file.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
        } else {
            Files.copy(tar, file);
        }
    }

    private static void makeReadable(Path tree) throws IOException {
        try (var paths = Files.walk(tree)) {
            for (var path : (Iterable<Path>) paths::iterator) {
                if (!Files.isSymbolicLink(path)) {
                    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(READABLE));
                }
            }
        }
    }

    static void deleteTree(Path tree) throws IOException {
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (var paths = Files.walk(tree)) {
            for (var path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(path);
            }
        }
    }
}
