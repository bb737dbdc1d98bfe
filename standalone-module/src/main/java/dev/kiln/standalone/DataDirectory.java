package dev.kiln.standalone;

import dev.kiln.cli.AccessKey;
import dev.kiln.cli.Surroundings;
import dev.kiln.embedded.DirectoryLock;
import dev.kiln.region.RegionId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;

/** The directory with everything that a stand-alone Kiln keeps; only its owner may enter it. */
final class DataDirectory implements Closeable {

    private static final String KEY_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private static final String SECRET_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private final Path directory;
    private final DirectoryLock lock;

    private DataDirectory(Path directory, DirectoryLock lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /** Creates the directory if necessary, and fails when another Kiln uses it. */
    static DataDirectory open(Path directory) throws IOException {
        var absolute = directory.toAbsolutePath().normalize();
        return new DataDirectory(absolute, DirectoryLock.take(absolute));
    }

    Path postgres() {
        return directory.resolve("postgres");
    }

    Path kafka() {
        return directory.resolve("kafka");
    }

    Path rootKeyFile() {
        return directory.resolve("root-key");
    }

    /** The log of a part, for example {@code api}. */
    Path log(String part) throws IOException {
        return made("logs").resolve(part + ".log");
    }

    Path region(RegionId region) throws IOException {
        return made("regions/" + region);
    }

    Path bucket(String name) throws IOException {
        return made("buckets/" + name);
    }

    /** Where the workers build; shared, so that a worker that adopts a build finds and removes what was left of it. */
    Path work() throws IOException {
        return made("work");
    }

    /** The file that a worker creates when it is ready. */
    Path readyFile(String worker) throws IOException {
        return made("run").resolve(worker + ".ready");
    }

    /**
     * The key that seals secrets in the database, made at the first start. API and workers start at the same time and
     * get the same key.
     */
    synchronized String secretsKey() throws IOException {
        var file = directory.resolve("secrets.key");
        if (!Files.exists(file)) {
            var bytes = new byte[32];
            new SecureRandom().nextBytes(bytes);
            writeForOwner(file, Base64.getEncoder().encodeToString(bytes) + "\n");
        }
        return Files.readString(file).strip();
    }

    boolean hasRootKey() {
        return Files.exists(rootKeyFile());
    }

    /** The root account's key, made at the first call. */
    AccessKey rootKey() throws IOException {
        if (!hasRootKey()) {
            var lines = Surroundings.KEY_ID + "=" + random("KILN", 16, KEY_LETTERS) + "\n" + Surroundings.KEY_SECRET
                    + "=" + random("", 40, SECRET_LETTERS) + "\n";
            writeForOwner(rootKeyFile(), lines);
        }
        return Surroundings.read(rootKeyFile());
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    private Path made(String name) throws IOException {
        return Files.createDirectories(directory.resolve(name));
    }

    private static String random(String prefix, int length, String letters) {
        var random = new SecureRandom();
        var text = new StringBuilder(prefix);
        for (var i = 0; i < length; i++) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }

    /** Writes the whole file or nothing, so that a crash leaves no partial key. */
    private static void writeForOwner(Path file, String content) throws IOException {
        var partial = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(partial);
        Files.createFile(partial, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (var channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
            channel.force(true);
        }
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
