package dev.kiln.image.disk;

import java.io.IOException;

/** The header of a qcow2 file, as QEMU's docs/interop/qcow2.txt defines it. */
final class Qcow2Header {

    static final int MAGIC = 0x514649fb; // QFI and 0xfb

    private static final int LENGTH = 112;
    private static final long CORRUPT = 1 << 1;
    private static final long EXTERNAL_DATA = 1 << 2;
    /** Harmless features: dirty, compression type, extended L2 entries. */
    private static final long HARMLESS = 1 | (1 << 3) | (1 << 4);

    private Qcow2Header() {}

    /** The size of the disk; refuses a file that needs another file or a key. */
    static long diskBytes(DiskReader file) throws IOException, DiskRefusedException {
        var header = file.at(0, LENGTH);
        int version = header.getInt(4);
        if (version != 2 && version != 3) {
            throw refused("version " + Integer.toUnsignedString(version), "versions 2 and 3 are known");
        }
        if (header.getLong(8) != 0 || header.getInt(16) != 0) {
            throw refused("a backing file", "make it whole by qemu-img convert -O qcow2 FILE NEW");
        }
        if (header.getInt(32) != 0) {
            throw refused("encrypted contents", "decrypt them by qemu-img convert");
        }
        int clusterBits = header.getInt(20);
        if (clusterBits < 9 || clusterBits > 21) {
            throw refused("clusters of 2^" + Integer.toUnsignedString(clusterBits) + " bytes", "9 to 21 are allowed");
        }
        if (version == 3) {
            checkFeatures(header.getLong(72));
        }
        return header.getLong(24);
    }

    private static void checkFeatures(long features) throws DiskRefusedException {
        if ((features & CORRUPT) != 0) {
            throw refused("a mark that it is corrupt", "repair it by qemu-img check -r all FILE");
        }
        if ((features & EXTERNAL_DATA) != 0) {
            throw refused("its contents in another file", "make it whole by qemu-img convert -O qcow2 FILE NEW");
        }
        if ((features & ~(HARMLESS | CORRUPT | EXTERNAL_DATA)) != 0) {
            throw refused(
                    "unknown incompatible features 0x" + Long.toHexString(features),
                    "convert it by qemu-img convert -O qcow2 FILE NEW");
        }
    }

    private static DiskRefusedException refused(String has, String remedy) {
        return new DiskRefusedException("the qcow2 file has " + has + "; " + remedy);
    }
}
