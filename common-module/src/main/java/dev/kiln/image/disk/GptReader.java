package dev.kiln.image.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.zip.CRC32;

/** Reads the first GUID partition table of a disk, as defined by UEFI. */
final class GptReader {

    static final String MAGIC = "EFI PART";

    private static final int SECTOR = PartitionTable.SECTOR;
    private static final int MOST = 256;
    private static final int LONGEST_ENTRY = 512;

    private GptReader() {}

    static List<Partition> read(DiskReader disk) throws IOException, DiskRefusedException {
        var header = disk.littleAt(SECTOR, SECTOR);
        int length = header.getInt(12);
        if (length < 92 || length > SECTOR) {
            throw damaged("its header has " + Integer.toUnsignedString(length) + " bytes");
        }
        int sum = header.getInt(16);
        header.putInt(16, 0);
        if (sum(header, length) != sum) {
            throw damaged("the checksum of its header is wrong");
        }
        int count = header.getInt(80);
        int size = header.getInt(84);
        if (count < 1 || count > MOST || size < 128 || size > LONGEST_ENTRY || Integer.bitCount(size) != 1) {
            throw damaged("it has " + Integer.toUnsignedString(count) + " entries of " + Integer.toUnsignedString(size)
                    + " bytes; at most " + MOST + " of 128 to " + LONGEST_ENTRY + " are read");
        }
        var entries = disk.littleAt(bytes(header.getLong(72), disk), count * size);
        if (sum(entries, count * size) != header.getInt(88)) {
            throw damaged("the checksum of its entries is wrong");
        }
        return partitions(entries, count, size, disk);
    }

    private static List<Partition> partitions(ByteBuffer entries, int count, int size, DiskReader disk)
            throws DiskRefusedException {
        var partitions = new ArrayList<Partition>();
        for (int index = 0; index < count; index++) {
            int at = index * size;
            if (entries.getLong(at) == 0 && entries.getLong(at + 8) == 0) {
                continue;
            }
            long start = bytes(entries.getLong(at + 32), disk);
            long last = bytes(entries.getLong(at + 40), disk);
            partitions.add(new Partition(
                    index + 1,
                    start,
                    last - start + SECTOR,
                    guid(entries, at),
                    name(entries, at),
                    guid(entries, at + 16)));
        }
        return List.copyOf(partitions);
    }

    private static long bytes(long sector, DiskReader disk) throws DiskRefusedException {
        if (sector < 2 || sector >= disk.length() / SECTOR) {
            throw damaged(
                    "it names sector " + Long.toUnsignedString(sector) + " of a disk of " + disk.length() + " bytes");
        }
        return sector * SECTOR;
    }

    /** Formats a GUID, whose first three groups are little-endian. */
    private static String guid(ByteBuffer bytes, int at) {
        long high = ((long) bytes.getInt(at) << 32)
                | ((bytes.getShort(at + 4) & 0xffffL) << 16)
                | (bytes.getShort(at + 6) & 0xffffL);
        return new UUID(high, Long.reverseBytes(bytes.getLong(at + 8)))
                .toString()
                .toLowerCase(Locale.ROOT);
    }

    private static String name(ByteBuffer bytes, int at) {
        var field = new byte[72];
        bytes.get(at + 56, field);
        var name = new String(field, StandardCharsets.UTF_16LE);
        int end = name.indexOf('\0');
        return end < 0 ? name : name.substring(0, end);
    }

    private static int sum(ByteBuffer bytes, int length) {
        var sum = new CRC32();
        sum.update(bytes.duplicate().position(0).limit(length));
        return (int) sum.getValue();
    }

    private static DiskRefusedException damaged(String why) {
        return new DiskRefusedException("the GUID partition table is damaged: " + why + "; repair it, or convert the"
                + " disk from the machine that boots from it");
    }
}
