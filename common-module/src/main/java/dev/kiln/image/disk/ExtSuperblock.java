package dev.kiln.image.disk;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The superblock of ext2, ext3 and ext4. */
final class ExtSuperblock {

    private static final int COMPATIBLE = 92;
    private static final int INCOMPATIBLE = 96;
    private static final int READ_ONLY = 100;

    /** Features that can be written without a kernel; others may need care that is not taken here. */
    private static final Map<Integer, Integer> KNOWN = Map.of(
            COMPATIBLE,
            0x1 | 0x4 | 0x8 | 0x10 | 0x20 | 0x200 | 0x1000,
            INCOMPATIBLE,
            0x2 | 0x4 | 0x10 | 0x40 | 0x80 | 0x200 | 0x2000 | 0x4000,
            READ_ONLY,
            0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x20 | 0x40 | 0x400 | 0x10000);

    private static final Map<Integer, Map<Integer, String>> NAMES = Map.of(
            COMPATIBLE, Map.of(0x800, "stable_inodes"),
            INCOMPATIBLE,
                    Map.of(
                            0x1, "compression",
                            0x8, "journal_dev",
                            0x100, "mmp",
                            0x400, "ea_inode",
                            0x8000, "inline_data",
                            0x10000, "encrypt",
                            0x20000, "casefold"),
            READ_ONLY,
                    Map.of(
                            0x80, "has_snapshot",
                            0x100, "quota",
                            0x200, "bigalloc",
                            0x1000, "read-only",
                            0x2000, "project",
                            0x8000, "verity"));

    private final ByteBuffer bytes;
    private final int at;

    ExtSuperblock(ByteBuffer bytes, int at) {
        this.bytes = bytes;
        this.at = at;
    }

    FileSystem fileSystem() {
        long modified = (bytes.getInt(at + 48) & 0xffffffffL) | ((long) (bytes.get(at + 0x274) & 0xff) << 32);
        var id = DiskReader.uuid(bytes, at + 104);
        return new FileSystem(FileSystem.Kind.EXT, id, DiskReader.text(bytes, at + 120, 16), modified, trouble());
    }

    private String trouble() {
        var unknown = new ArrayList<String>();
        for (int field : List.of(COMPATIBLE, INCOMPATIBLE, READ_ONLY)) {
            int left = bytes.getInt(at + field) & ~KNOWN.getOrDefault(field, 0);
            var names = new TreeMap<>(NAMES.getOrDefault(field, Map.of()));
            for (int bit = 0; bit < 32; bit++) {
                if (((left >>> bit) & 1) != 0) {
                    unknown.add(names.getOrDefault(1 << bit, "0x" + Integer.toHexString(1 << bit)));
                }
            }
        }
        if (bytes.getInt(at + 76) != 1) {
            unknown.add("revision " + Integer.toUnsignedString(bytes.getInt(at + 76)));
        }
        return unknown.isEmpty()
                ? ""
                : "is an ext file system with features that are not supported: " + String.join(", ", unknown);
    }
}
