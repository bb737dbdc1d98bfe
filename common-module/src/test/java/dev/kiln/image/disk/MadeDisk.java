package dev.kiln.image.disk;

import dev.kiln.image.archive.ByteSource;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

/** A disk made byte by byte: all that a tool would refuse to write can be written here. */
final class MadeDisk {

    static final int SECTOR = 512;

    private final ByteBuffer bytes;

    MadeDisk(int length) {
        bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putShort(510, (short) 0xaa55);
    }

    ByteSource source() {
        return offset -> new ByteArrayInputStream(
                bytes.array(), Math.toIntExact(offset), bytes.limit() - Math.toIntExact(offset));
    }

    DiskReader reader() {
        return new DiskReader(source(), bytes.limit());
    }

    ByteBuffer bytes() {
        return bytes;
    }

    MadeDisk big(int at, long value) {
        bytes.order(ByteOrder.BIG_ENDIAN).putLong(at, value).order(ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    MadeDisk text(int at, String text) {
        bytes.put(at, text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** A row of the table in the sector. */
    MadeDisk mbr(int sector, int index, int type, long start, long sectors) {
        int at = sector * SECTOR + 446 + index * 16;
        bytes.put(at + 4, (byte) type).putInt(at + 8, (int) start).putInt(at + 12, (int) sectors);
        bytes.putShort(sector * SECTOR + 510, (short) 0xaa55);
        return this;
    }

    /** A row of the GUID partition table; {@link #sealed} afterwards. */
    MadeDisk gpt(int index, long first, long last) {
        int at = 2 * SECTOR + index * 128;
        bytes.putLong(at, 0x4DB1E8CD4F68BCE3L).putLong(at + 8, 0x09B784F9CAFBE796L); // a root file system of x86-64
        bytes.putLong(at + 16, index + 1).putLong(at + 24, 7);
        bytes.putLong(at + 32, first).putLong(at + 40, last);
        return this;
    }

    /** The header of the table, with right checksums. */
    MadeDisk sealed(int count, int size) {
        text(SECTOR, "EFI PART");
        bytes.putInt(SECTOR + 12, 92).putLong(SECTOR + 72, 2);
        bytes.putInt(SECTOR + 80, count).putInt(SECTOR + 84, size);
        int length = Math.max(0, Math.min(bytes.limit() - 2 * SECTOR, count * size));
        bytes.putInt(SECTOR + 88, sum(2 * SECTOR, length));
        return resealed();
    }

    MadeDisk resealed() {
        bytes.putInt(SECTOR + 16, 0);
        bytes.putInt(SECTOR + 16, sum(SECTOR, 92));
        return this;
    }

    /** A superblock of ext4 in the partition that begins at the sector. */
    MadeDisk ext4(int sector, int compatible, int incompatible, int readOnly) {
        int at = sector * SECTOR + 1024;
        bytes.putShort(at + 56, (short) 0xef53).putInt(at + 76, 1).putInt(at + 48, 1_700_000_000);
        bytes.putInt(at + 92, compatible).putInt(at + 96, incompatible).putInt(at + 100, readOnly);
        big(at + 104, 0x1122334455667788L).big(at + 112, 0x99aabbccddeeff00L);
        return text(at + 120, "cloudimg");
    }

    private int sum(int from, int length) {
        var sum = new CRC32();
        sum.update(Arrays.copyOfRange(bytes.array(), from, from + length));
        return (int) sum.getValue();
    }
}
