package dev.kiln.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The target of a download. The download is renamed over it, so it must be a regular file or not exist: a device would
 * be replaced by a file for everybody, and a link would lose its target.
 */
final class DownloadFile {

    private static final String ANOTHER = "name a file that the image is to be";

    private DownloadFile() {}

    /** The file of this name, or the target of the symbolic link of this name. */
    static Path of(String word) throws UsageException {
        var named = Path.of(word);
        if (Files.isDirectory(named)) {
            throw new UsageException("\"" + word + "\" is a directory; " + ANOTHER);
        }
        var file = Files.isSymbolicLink(named) ? end(named) : named;
        regular(file);
        var directory = directory(file);
        if (!Files.isDirectory(directory)) {
            throw new UsageException(
                    (Files.exists(directory) ? directory + " is not a directory" : "there is no directory " + directory)
                            + " for " + file.getFileName() + "; make it, or name a file in one that there is");
        }
        return file;
    }

    /**
     * A new name for the incomplete bytes of one download; in the same directory, so that one rename completes it. Two
     * downloads into one file must not share it, and it must be no file of the user's.
     */
    static Path part(Path file) {
        var one = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        return file.resolveSibling(file.getFileName() + "." + one + ".part");
    }

    private static Path end(Path link) throws UsageException {
        try {
            return link.toRealPath();
        } catch (IOException e) {
            throw new UsageException(link + " is a symbolic link that leads to no file; remove it, or " + ANOTHER);
        }
    }

    private static void regular(Path file) throws UsageException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new UsageException(file + " is not a regular file and would be replaced by one; " + ANOTHER);
        }
    }

    private static Path directory(Path file) {
        var parent = file.getParent();
        return parent == null ? Path.of(".") : parent;
    }
}
