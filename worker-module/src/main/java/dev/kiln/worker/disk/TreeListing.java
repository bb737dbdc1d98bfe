package dev.kiln.worker.disk;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a base's tree has where a build changes something: everything that is removed, and the directories that stay.
 *
 * @param going paths and whether they are directories, each directory before its contents
 * @param staying directories that are changed
 */
record TreeListing(NavigableMap<String, Boolean> going, Set<String> staying) {

    private static final int LONGEST = 8192;

    /** Reads a listing of type and path, each ended by a NUL. */
    static TreeListing read(Path listing, LayerChanges changes) throws IOException {
        var replaced = changes.replaced();
        var found = new TreeListing(new TreeMap<>(), new TreeSet<>());
        try (var in = new BufferedInputStream(Files.newInputStream(listing), 64 << 10)) {
            var line = new StringBuilder();
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next != 0) {
                    line.append((char) next);
                } else {
                    found.add(line.charAt(0) == 'd', line.substring(1), replaced, changes);
                    line.setLength(0);
                }
                if (line.length() > LONGEST) {
                    throw new IOException("the listing of the base's files is damaged");
                }
            }
        }
        return found;
    }

    private void add(boolean directory, String path, Set<String> replaced, LayerChanges changes) {
        if (goes(path, replaced)) {
            going.put(path, directory);
        } else if (directory && changes.all().containsKey(path)) {
            staying.add(path);
        }
    }

    private static boolean goes(String path, Set<String> replaced) {
        if (replaced.isEmpty()) {
            return false;
        }
        for (var above = path; !above.isEmpty(); above = above.substring(0, Math.max(0, above.lastIndexOf('/')))) {
            if (replaced.contains(above)) {
                return true;
            }
        }
        return false;
    }

    /** The charset in which each character is a byte. */
    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
