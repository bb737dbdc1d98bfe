package dev.kiln.image.archive;

import java.util.ArrayList;
import java.util.List;

/** The rules for names and link targets: everything stays inside the root. */
final class EntryPaths {

    private static final int LONGEST_PART = 255;

    // Bounds the look-ups, since every parent of an entry is looked up.
    private static final int MOST_PARTS = 128;

    private EntryPaths() {}

    /** The name without {@code ./}, double and trailing slashes; empty for the root itself. */
    static String clean(String name, String what, int longest) throws RefusedStreamException {
        if (name.startsWith("/")) {
            throw refused(what, name, "an absolute path", "names must be relative to the root, as tar -C ROOT . gives");
        }
        if (name.length() > longest) {
            throw refused(what, name, "longer than " + longest + " bytes", "shorten the path");
        }
        var parts = new ArrayList<String>();
        for (var part : parts(name)) {
            if (part.equals("..")) {
                throw refused(what, name, "a path with \"..\"", "names must stay inside of the root");
            }
            if (part.length() > LONGEST_PART || part.indexOf('\0') >= 0) {
                throw refused(what, name, "a part longer than 255 bytes or with a NUL byte", "rename it");
            }
            parts.add(part);
        }
        if (parts.size() > MOST_PARTS) {
            throw refused(what, name, "more than " + MOST_PARTS + " parts", "use directories that are less deep");
        }
        return String.join("/", parts);
    }

    /** Refuses a relative target that climbs above the root; absolute targets resolve inside the root. */
    static void checkTarget(String name, String target, int longest) throws RefusedStreamException {
        if (target.isEmpty() || target.length() > longest || target.indexOf('\0') >= 0) {
            throw refused("symbolic link", name, "an empty, overlong or binary target", "make the link anew");
        }
        int depth = target.startsWith("/") ? 0 : parts(name).size() - 1;
        for (var part : parts(target)) {
            depth += part.equals("..") ? -1 : 1;
            if (depth < 0 && !target.startsWith("/")) {
                throw refused(
                        "symbolic link",
                        name,
                        "the target " + TarEntry.shown(target) + ", which climbs above the root",
                        "use a target inside of the root");
            }
        }
    }

    static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static List<String> parts(String path) {
        var parts = new ArrayList<String>();
        int from = 0;
        while (from < path.length()) {
            int slash = path.indexOf('/', from);
            int to = slash < 0 ? path.length() : slash;
            var part = path.substring(from, to);
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
            from = to + 1;
        }
        return parts;
    }

    private static RefusedStreamException refused(String what, String name, String has, String remedy) {
        return new RefusedStreamException(what + " " + TarEntry.shown(name) + " has " + has + "; " + remedy);
    }
}
