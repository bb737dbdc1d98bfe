package dev.kiln.image.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * The file system of a partition, by its superblock.
 *
 * @param id UUID as in /etc/fstab
 * @param modified time of the last write, in seconds; 0 if not known
 * @param trouble why it cannot be built on; empty when a build may be tried
 */
public record FileSystem(Kind kind, String id, String label, long modified, String trouble) {

    /** The kinds that are distinguished. */
    public enum Kind {
        /** ext2, ext3 or ext4. */
        EXT("an ext2, ext3 or ext4 file system"),
        XFS("an XFS file system"),
        BTRFS("a Btrfs file system"),
        FAT("a FAT file system"),
        SWAP("swap space"),
        LVM("an LVM physical volume"),
        LUKS("a LUKS encrypted volume"),
        RAID("a member of a RAID array"),
        UNKNOWN("nothing that is known");

        private final String meaning;

        Kind(String meaning) {
            this.meaning = meaning;
        }

        /** Its name for people. */
        public String meaning() {
            return meaning;
        }
    }

    private static final int LOOK = 128 << 10;
    private static final int EXT_MAGIC = 0xef53;
    private static final int RAID_MAGIC = 0xa92b4efc;
    private static final int BTRFS = 64 << 10;
    private static final int BTRFS_LABEL = BTRFS + 299;
    private static final int BTRFS_LABEL_LENGTH = 256;

    /** The file system at the beginning of the partition. */
    static FileSystem of(DiskReader part) throws IOException, DiskRefusedException {
        var bytes = part.littleAt(0, (int) Math.min(LOOK, part.length()));
        if (bytes.limit() < 8192) {
            return plain(Kind.UNKNOWN);
        }
        if (DiskReader.says(bytes, 0, "LUKS\u00ba\u00be")) {
            return plain(Kind.LUKS);
        }
        for (int sector = 0; sector < 4; sector++) {
            if (DiskReader.says(bytes, sector * 512, "LABELONE")) {
                return plain(Kind.LVM);
            }
        }
        if (bytes.getInt(0) == RAID_MAGIC || bytes.getInt(4096) == RAID_MAGIC) {
            return plain(Kind.RAID);
        }
        if ((bytes.getShort(1080) & 0xffff) == EXT_MAGIC) {
            return new ExtSuperblock(bytes, 1024).fileSystem();
        }
        return other(bytes);
    }

    private static FileSystem other(ByteBuffer bytes) {
        if (DiskReader.says(bytes, 0, "XFSB")) {
            return xfs(bytes);
        }
        if (bytes.limit() >= BTRFS_LABEL + BTRFS_LABEL_LENGTH && DiskReader.says(bytes, BTRFS + 64, "_BHRfS_M")) {
            return btrfs(bytes);
        }
        if (DiskReader.says(bytes, 82, "FAT32   ")) {
            return fat(bytes, 67, 71);
        }
        if (DiskReader.says(bytes, 54, "FAT1")) {
            return fat(bytes, 39, 43);
        }
        return plain(DiskReader.says(bytes, 4086, "SWAPSPACE2") ? Kind.SWAP : Kind.UNKNOWN);
    }

    /** Reads an XFS superblock, which is big-endian. */
    private static FileSystem xfs(ByteBuffer bytes) {
        boolean alone = bytes.getLong(16) == 0 && bytes.getLong(48) != 0;
        var trouble = alone ? "" : "is an XFS file system whose log or real-time section is on another device";
        return new FileSystem(Kind.XFS, big(bytes, 32), DiskReader.text(bytes, 108, 12), 0, trouble);
    }

    /** Several devices of one Btrfs have the same identifier, and only the kernel knows which belong together. */
    private static FileSystem btrfs(ByteBuffer bytes) {
        var trouble = "";
        if (bytes.getLong(BTRFS + 136) != 1) {
            trouble = "is one of " + Long.toUnsignedString(bytes.getLong(BTRFS + 136)) + " devices of a Btrfs";
        } else if (bytes.getLong(BTRFS + 56) >>> 32 != 0) {
            trouble = "is a Btrfs that is the seed of others, or that a tool has left half changed";
        } else if (bytes.getLong(BTRFS + 96) != 0) {
            trouble = "is a Btrfs that was not unmounted, so that its log would have to be played first";
        }
        var label = DiskReader.text(bytes, BTRFS_LABEL, BTRFS_LABEL_LENGTH);
        return new FileSystem(Kind.BTRFS, big(bytes, BTRFS + 32), label, 0, trouble);
    }

    private static FileSystem fat(ByteBuffer bytes, int id, int label) {
        var digits = String.format(Locale.ROOT, "%08X", bytes.getInt(id));
        return named(Kind.FAT, digits.substring(0, 4) + "-" + digits.substring(4), DiskReader.text(bytes, label, 11));
    }

    private static String big(ByteBuffer bytes, int at) {
        return DiskReader.uuid(bytes, at);
    }

    private static FileSystem plain(Kind kind) {
        return named(kind, "", "");
    }

    private static FileSystem named(Kind kind, String id, String label) {
        return new FileSystem(kind, id, label, 0, "is " + kind.meaning());
    }
}
