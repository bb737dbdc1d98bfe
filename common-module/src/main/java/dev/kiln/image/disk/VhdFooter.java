package dev.kiln.image.disk;

import java.io.IOException;

/** The footer of a VHD file; dynamic ones have a copy at the beginning. */
final class VhdFooter {

    static final String MAGIC = "conectix";

    private static final int LENGTH = 512;
    private static final int FIXED = 2;
    private static final int DYNAMIC = 3;
    private static final int DIFFERENCING = 4;

    private VhdFooter() {}

    static boolean isAtEnd(DiskReader file) throws IOException, DiskRefusedException {
        return DiskReader.says(file.at(file.length() - LENGTH, LENGTH), 0, MAGIC);
    }

    /** The size of the disk; refuses a file that needs another one. */
    static long diskBytes(DiskReader file) throws IOException, DiskRefusedException {
        var footer = file.at(isAtEnd(file) ? file.length() - LENGTH : 0, LENGTH);
        int type = footer.getInt(60);
        if (type == DIFFERENCING) {
            throw new DiskRefusedException("the VHD file has the differences to another file alone; make it whole by"
                    + " qemu-img convert -O qcow2 FILE NEW");
        }
        if (type != FIXED && type != DYNAMIC) {
            throw new DiskRefusedException("the VHD file has the type " + Integer.toUnsignedString(type)
                    + "; fixed (2) and dynamic (3) ones are taken");
        }
        long bytes = footer.getLong(48);
        if (type == FIXED && (bytes < 0 || bytes > file.length() - LENGTH)) {
            throw new DiskRefusedException("the VHD file is shorter than the " + Long.toUnsignedString(bytes)
                    + " bytes that it says it has: it was cut off; send it again");
        }
        return bytes;
    }
}
