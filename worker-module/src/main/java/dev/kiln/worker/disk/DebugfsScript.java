package dev.kiln.worker.disk;

import dev.kiln.image.archive.TarEntry;
import dev.kiln.worker.disk.LayerChanges.Change;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Changes of a tree as commands of debugfs, always in the same order: all removals, then all additions. Names are
 * quoted; one that could begin another command is refused.
 */
final class DebugfsScript implements AutoCloseable {

    /** debugfs reads a line of less than 8 KiB. */
    private static final int LONGEST = 3500;

    private static final Pattern UNSAFE = Pattern.compile("[\\x00-\\x1f\\x7f]");
    private static final int NAMES = 0xffff;

    private final OutputStream out;
    private final Path values;
    private final long newest;
    private final Map<String, String> written = new HashMap<>();
    private Map<String, Integer> links = Map.of();
    private String directory = "";
    private int valueCount;

    /**
     * Writes a script to a file.
     *
     * @param values an empty directory for the values of attributes
     * @param newest the modification time, in seconds, that no file of the tree exceeds
     */
    DebugfsScript(Path script, Path values, long newest) throws IOException {
        this.out = new BufferedOutputStream(Files.newOutputStream(script), 64 << 10);
        this.values = values;
        this.newest = newest;
    }

    void write(LayerChanges changes, TreeListing tree) throws IOException, DiskFailedException {
        links = changes.links();
        line("set_current_time @" + newest);
        for (var going : tree.going().descendingMap().entrySet()) {
            line((going.getValue() ? "rmdir " : "rm ") + quoted("/" + going.getKey()));
        }
        for (var change : changes.all().entrySet()) {
            var entry = change.getValue().entry();
            if (entry.isPresent()) {
                var path = change.getKey();
                boolean stays = path.isEmpty() || tree.staying().contains(path);
                make(path, entry.get(), change.getValue(), stays);
            }
        }
    }

    private void make(String path, TarEntry entry, Change change, boolean stays)
            throws IOException, DiskFailedException {
        var first = written.putIfAbsent(change.inode(), path);
        int slash = path.lastIndexOf('/');
        enter(slash < 0 ? "/" : "/" + path.substring(0, slash));
        var name = path.substring(slash + 1);
        if (first != null && !change.inode().isEmpty()) {
            link(first, path, name);
            return;
        }
        if (!stays) {
            create(name, entry, change);
        }
        describe(path.isEmpty() ? "/" : "./" + name, entry, change, stays);
    }

    /**
     * Another name of a file. Of all commands that make a name, only ln does not enlarge a full directory. So a pipe
     * makes room for the name first. (expand_dir would do for directories without an index, and damages the others.)
     */
    private void link(String first, String path, String name) throws IOException, DiskFailedException {
        line("mknod " + quoted(name) + " p");
        line("rm " + quoted("./" + name));
        line("ln " + quoted("/" + first) + " " + quoted("/" + path));
    }

    private void enter(String parent) throws IOException, DiskFailedException {
        if (!parent.equals(directory)) {
            line("cd " + quoted(parent));
            directory = parent;
        }
    }

    private void create(String name, TarEntry entry, Change change) throws IOException, DiskFailedException {
        switch (entry.type()) {
            case DIRECTORY -> line("mkdir " + quoted(name));
            case FILE -> line("write " + quoted(ToolRun.PLACE + "layers/" + change.source()) + " " + quoted(name));
            case SYMBOLIC_LINK -> line("symlink " + quoted(name) + " " + quoted(entry.linkTarget()));
            case FIFO -> line("mknod " + quoted(name) + " p");
            case CHARACTER_DEVICE -> line("mknod " + quoted(name) + " c " + numbers(entry));
            case BLOCK_DEVICE -> line("mknod " + quoted(name) + " b " + numbers(entry));
            case HARD_LINK -> throw new IllegalStateException("a link was not resolved");
        }
    }

    private static String numbers(TarEntry entry) {
        return entry.linkTarget().replace(':', ' ');
    }

    // Each line makes debugfs search the whole directory, so its defaults for a new file are left out.
    private void describe(String name, TarEntry entry, Change change, boolean stays)
            throws IOException, DiskFailedException {
        var quoted = quoted(name);
        line("sif " + quoted + " mode 0" + Integer.toOctalString(type(entry.type()) | entry.mode()));
        if (stays || entry.uid() != 0) {
            line("sif " + quoted + " uid " + entry.uid());
        }
        if (stays || entry.gid() != 0) {
            line("sif " + quoted + " gid " + entry.gid());
        }
        long time = Math.min(entry.modified().getEpochSecond(), newest);
        if (stays || time != newest) {
            for (var field : new String[] {"mtime", "atime", "ctime"}) {
                line("sif " + quoted + " " + field + " @" + time);
            }
        }
        int count = links.getOrDefault(change.inode(), 1);
        if (count > NAMES) {
            throw refused("a file has " + count + " names, a disk's may have at most " + NAMES);
        }
        if (count > 1) {
            line("sif " + quoted + " links_count " + count);
        }
        for (var attribute : entry.attributes().entrySet()) {
            var value = Integer.toString(++valueCount);
            Files.write(values.resolve(value), Objects.requireNonNull(attribute.getValue()));
            line("ea_set -f " + ToolRun.PLACE + "values/" + value + " " + quoted + " " + quoted(attribute.getKey()));
        }
    }

    private static int type(TarEntry.Type type) {
        return switch (type) {
            case FILE, HARD_LINK -> 0100000;
            case DIRECTORY -> 0040000;
            case SYMBOLIC_LINK -> 0120000;
            case FIFO -> 0010000;
            case CHARACTER_DEVICE -> 0020000;
            case BLOCK_DEVICE -> 0060000;
        };
    }

    private static String quoted(String text) throws DiskFailedException {
        if (text.length() > LONGEST || UNSAFE.matcher(text).find()) {
            throw refused(
                    "the name " + TarEntry.shown(text) + " has control characters or more than " + LONGEST + " bytes");
        }
        return '"' + text.replace("\"", "\"\"") + '"';
    }

    private static DiskFailedException refused(String what) {
        return new DiskFailedException("BuildCommand.Failed", what + ", which cannot be written to a disk; remove it");
    }

    private void line(String text) throws IOException {
        out.write(TreeListing.bytes(text + "\n"));
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
