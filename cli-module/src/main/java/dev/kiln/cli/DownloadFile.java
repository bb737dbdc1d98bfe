package dev.kiln.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Where a download goes. It is moved over what is there, so that must be a file: a device would become a file for
 * everybody, and a link would lose what it leads to.
 */
final class DownloadFile {

    private static final String ANOTHER = "name a file that the image is to be";

    private DownloadFile() {}

    /** What the word names, or what the symbolic link of that name leads to. */
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
        regular(part(file));
        return file;
    }

    /** Has the bytes until all of them are there; beside the file, so that it can be moved in one step. */
    static Path part(Path file) {
        return file.resolveSibling(file.getFileName() + ".part");
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
