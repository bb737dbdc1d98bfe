package dev.kiln.image.archive;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.SortedMap;

/**
 * One entry of a tar archive. Names and targets are bytes, kept as strings with one character (0 to 255) for each byte,
 * so that names in any encoding pass unchanged; {@link #shown(String)} makes them readable.
 *
 * @param linkTarget target of a hard or symbolic link; {@code major:minor} of a device; otherwise empty
 * @param mode the twelve permission bits
 * @param size bytes of contents; 0 unless a regular file
 * @param attributes extended attributes by name
 */
public record TarEntry(
        Type type,
        String name,
        String linkTarget,
        int mode,
        long uid,
        long gid,
        long size,
        Instant modified,
        SortedMap<String, byte[]> attributes) {

    /** The type flags that are understood. */
    public enum Type {
        FILE('0'),
        HARD_LINK('1'),
        SYMBOLIC_LINK('2'),
        CHARACTER_DEVICE('3'),
        BLOCK_DEVICE('4'),
        DIRECTORY('5'),
        FIFO('6');

        private final char flag;

        Type(char flag) {
            this.flag = flag;
        }

        char flag() {
            return flag;
        }

        /** Its name for people. */
        public String meaning() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
        }
    }

    TarEntry withNames(String newName, String newLinkTarget) {
        return new TarEntry(type, newName, newLinkTarget, mode, uid, gid, size, modified, attributes);
    }

    /** This entry with only these attributes. */
    public TarEntry withAttributes(SortedMap<String, byte[]> kept) {
        return new TarEntry(type, name, linkTarget, mode, uid, gid, size, modified, kept);
    }

    /** The name for messages: at most 200 characters, no control characters, quoted. */
    public static String shown(String name) {
        var text = new String(name.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        var cut = text.length() > 200 ? text.substring(0, 200) + "…" : text;
        return '"' + cut.replaceAll("\\p{Cntrl}", "?") + '"';
    }
}
