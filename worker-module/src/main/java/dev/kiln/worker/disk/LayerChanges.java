package dev.kiln.worker.disk;

import dev.kiln.image.archive.TarEntry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The changes that a stack of overlay layers makes to a tree, all layers together. Fed with the entries of each layer,
 * the lowest first. In a layer a character device 0:0 removes a path, and an attribute hides a directory's old
 * contents.
 */
final class LayerChanges {

    private static final String OPAQUE = "user.overlay.opaque";
    private static final String PRIVATE = "user.overlay.";
    private static final String WHITEOUT = "0:0";

    private final NavigableMap<String, Change> changes = new TreeMap<>();
    private final Map<String, TarEntry> ofLayer = new HashMap<>();
    private int layer;
    private long attributeBytes;

    /** Whether they take more memory than a worker can give a build: a path takes about 500 bytes. */
    boolean areTooMany(long memory) {
        return changes.size() > memory / 1000 || attributeBytes > memory / 8;
    }

    /**
     * What becomes of a path.
     *
     * @param entry its new entry; empty when it is removed
     * @param source where its contents are, relative to the layers
     * @param replaces whether everything that the tree had there is removed first
     * @param inode of several paths with the same inode the first is a file, the others link to it
     */
    record Change(Optional<TarEntry> entry, String source, boolean replaces, String inode) {}

    void begin(int index) {
        layer = index;
        ofLayer.clear();
    }

    /** Adds an entry of that layer, with its path below the root. */
    void add(String path, TarEntry entry) {
        var type = entry.type();
        entry.attributes().values().forEach(value -> attributeBytes += value.length);
        if (type == TarEntry.Type.HARD_LINK) {
            var target = clean(entry.linkTarget());
            var same = ofLayer.get(target);
            if (same == null) {
                return; // a link to something that is not in the layer's files, such as a socket
            }
            put(path, same, target);
        } else if (type == TarEntry.Type.DIRECTORY) {
            putDirectory(path, entry);
        } else {
            ofLayer.put(path, entry);
            put(path, entry, path);
        }
    }

    private void put(String path, TarEntry entry, String first) {
        forgetBelow(path);
        boolean gone = entry.type() == TarEntry.Type.CHARACTER_DEVICE
                && entry.linkTarget().equals(WHITEOUT);
        changes.put(
                path,
                new Change(
                        gone ? Optional.empty() : Optional.of(visible(entry)),
                        layer + "/" + path,
                        true,
                        layer + "/" + first));
    }

    private void putDirectory(String path, TarEntry entry) {
        var before = changes.get(path);
        var mark = entry.attributes().get(OPAQUE);
        boolean opaque = mark != null && mark.length == 1 && mark[0] == 'y';
        if (opaque) {
            forgetBelow(path);
        }
        boolean wasOther = before != null
                && before.entry()
                        .map(TarEntry::type)
                        .filter(TarEntry.Type.DIRECTORY::equals)
                        .isEmpty();
        boolean replaces = opaque || wasOther || (before != null && before.replaces());
        changes.put(path, new Change(Optional.of(visible(entry)), layer + "/" + path, replaces, ""));
    }

    private void forgetBelow(String path) {
        // '0' is the character after '/'.
        changes.subMap(path + "/", path + "0").clear();
    }

    private static TarEntry visible(TarEntry entry) {
        var kept = new TreeMap<>(entry.attributes());
        kept.keySet().removeIf(name -> name.startsWith(PRIVATE));
        return entry.withAttributes(kept);
    }

    /** A name in the archive as a path below the root; empty for the root. */
    static String clean(String name) {
        var path = name;
        while (path.startsWith("./")) {
            path = path.substring(2);
        }
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        return path.equals(".") ? "" : path;
    }

    /** All changes, each after those of the directories that contain it. */
    NavigableMap<String, Change> all() {
        return changes;
    }

    /** How many paths share an inode. */
    Map<String, Integer> links() {
        var links = new HashMap<String, Integer>();
        for (var change : changes.values()) {
            if (change.entry().isPresent() && !change.inode().isEmpty()) {
                links.merge(change.inode(), 1, Integer::sum);
            }
        }
        return links;
    }

    /** The highest paths of which everything that the tree had is removed. */
    Set<String> replaced() {
        var replaced = new HashSet<String>();
        changes.forEach((path, change) -> {
            if (change.replaces()) {
                replaced.add(path);
            }
        });
        return replaced;
    }
}
