package dev.kiln.image.disk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** The header of a sparse VMDK extent and its description, as VMware's Virtual Disk Format defines them. */
final class VmdkHeader {

    static final String MAGIC = "KDMV";

    private static final long SECTOR = 512;
    private static final long LONGEST_DESCRIPTION = 128;
    private static final Pattern WHOLE =
            Pattern.compile("(?m)^createType=\"(monolithicSparse|streamOptimized)\"\\s*$", Pattern.CASE_INSENSITIVE);
    private static final Pattern PARENT =
            Pattern.compile("(?m)^(parentCID=(?!ffffffff\\s*$)|parentFileNameHint=).*$", Pattern.CASE_INSENSITIVE);
    private static final String REMEDY = "; make it one file by qemu-img convert -O qcow2 FILE NEW";

    private VmdkHeader() {}

    /** The size of the disk; refuses a file that needs another one. */
    static long diskBytes(DiskReader file) throws IOException, DiskRefusedException {
        var header = file.littleAt(0, (int) SECTOR);
        long sectors = header.getLong(12);
        long at = header.getLong(28);
        long length = header.getLong(36);
        if (sectors <= 0 || sectors > DiskInspector.LARGEST / SECTOR) {
            throw new DiskRefusedException("the VMDK file says that its disk has " + Long.toUnsignedString(sectors)
                    + " sectors; 1 to " + DiskInspector.LARGEST / SECTOR + " are allowed" + REMEDY);
        }
        if (at < 1 || at > file.length() / SECTOR || length < 1 || length > LONGEST_DESCRIPTION) {
            throw new DiskRefusedException("the VMDK file has no description of itself within" + REMEDY);
        }
        var field = file.at(at * SECTOR, (int) (length * SECTOR));
        var description = StandardCharsets.ISO_8859_1.decode(field).toString();
        if (!WHOLE.matcher(description).find() || PARENT.matcher(description).find()) {
            throw new DiskRefusedException("the VMDK file needs other files; monolithicSparse and streamOptimized"
                    + " ones without a parent are taken" + REMEDY);
        }
        return sectors * SECTOR;
    }
}
