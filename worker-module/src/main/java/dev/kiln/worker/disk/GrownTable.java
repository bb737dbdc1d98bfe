package dev.kiln.worker.disk;

import dev.kiln.image.disk.DiskLayout;
import dev.kiln.image.disk.Partition;
import dev.kiln.image.disk.PartitionTable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;

/** Grows a disk and its last partition without changing anything else in the partition table. */
final class GrownTable {

    private static final int SECTOR = 512;
    private static final long ALIGNMENT = 1 << 20;
    private static final long LARGEST_OF_MBR = 0xffffffffL;

    private final FileChannel disk;
    private final DiskLayout layout;
    private final Partition last;

    private GrownTable(FileChannel disk, DiskLayout layout, Partition last) {
        this.disk = disk;
        this.layout = layout;
        this.last = last;
    }

    /**
     * Grows the disk to this many bytes. Returns the partition's size then, which is unchanged when others follow it or
     * it is a logical one.
     */
    static long grow(Path file, DiskLayout layout, Partition partition, long bytes) throws IOException {
        try (var disk = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (disk.size() >= bytes) {
                return partition.bytes();
            }
            boolean isLast =
                    layout.parts().stream().allMatch(part -> part.partition().start() <= partition.start());
            boolean logical = layout.kind() == PartitionTable.Kind.MBR && partition.number() > 4;
            long before = disk.size();
            disk.write(ByteBuffer.allocate(1), bytes - 1);
            var table = new GrownTable(disk, layout, partition);
            return table.grow(before, bytes, isLast && !logical);
        }
    }

    private long grow(long before, long bytes, boolean grows) throws IOException {
        if (layout.kind() == PartitionTable.Kind.MBR) {
            return grows ? growMbr(bytes) : last.bytes();
        }
        var header = read(SECTOR, SECTOR);
        int count = header.getInt(80);
        int size = header.getInt(84);
        var entries = read(header.getLong(72) * SECTOR, count * size);
        int copySectors = (entries.limit() + SECTOR - 1) / SECTOR;
        long lastUsable = bytes / SECTOR - 2 - copySectors;
        long end = (lastUsable + 1) * SECTOR / ALIGNMENT * ALIGNMENT;
        boolean larger = grows && isWorthIt(end);
        if (larger) {
            entries.putLong((last.number() - 1) * size + 40, end / SECTOR - 1);
        }
        forgetCopy(header.getLong(32), before);
        header.putLong(32, bytes / SECTOR - 1).putLong(48, lastUsable);
        header.putInt(88, sum(entries, entries.limit()));
        write(entries, header.getLong(72) * SECTOR);
        write(sealed(header), SECTOR);
        writeCopy(header, entries, bytes);
        protect(bytes);
        return larger ? end - last.start() : last.bytes();
    }

    /** The gain must exceed what lies before the partition: {@link FileSystemCheck#grow} relies on that. */
    private boolean isWorthIt(long end) {
        return end - last.start() - last.bytes() >= last.start();
    }

    /** Restores the disk's size, and the copy of the table at its end, after a file system in it was grown. */
    static void complete(Path file, DiskLayout layout, Partition partition, long bytes) throws IOException {
        try (var disk = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            disk.write(ByteBuffer.allocate(1), bytes - 1);
            if (layout.kind() == PartitionTable.Kind.GPT) {
                var table = new GrownTable(disk, layout, partition);
                var header = table.read(SECTOR, SECTOR);
                var entries = table.read(header.getLong(72) * SECTOR, header.getInt(80) * header.getInt(84));
                table.writeCopy(header, entries, bytes);
            }
        }
    }

    private void writeCopy(ByteBuffer header, ByteBuffer entries, long bytes) throws IOException {
        long at = (header.getLong(48) + 1) * SECTOR;
        write(entries, at);
        header.putLong(24, bytes / SECTOR - 1).putLong(32, 1).putLong(72, at / SECTOR);
        write(sealed(header), bytes - SECTOR);
    }

    /** The old copy of the table, at the end of the smaller disk, would mislead tools. */
    private void forgetCopy(long sector, long before) throws IOException {
        if (sector == before / SECTOR - 1) {
            write(ByteBuffer.allocate(SECTOR), sector * SECTOR);
        }
    }

    /** The boot record says that the whole disk is taken. */
    private void protect(long bytes) throws IOException {
        var record = read(0, SECTOR);
        for (int at = 446; at < 510; at += 16) {
            if ((record.get(at + 4) & 0xff) == 0xee) {
                record.putInt(at + 12, (int) Math.min(bytes / SECTOR - record.getInt(at + 8), LARGEST_OF_MBR));
            }
        }
        write(record, 0);
    }

    private long growMbr(long bytes) throws IOException {
        long end = bytes / ALIGNMENT * ALIGNMENT;
        long sectors = Math.min((end - last.start()) / SECTOR, LARGEST_OF_MBR);
        var record = read(0, SECTOR);
        if (!isWorthIt(last.start() + sectors * SECTOR) || isFollowed(record)) {
            return last.bytes();
        }
        record.putInt(446 + (last.number() - 1) * 16 + 12, (int) sectors);
        write(record, 0);
        return sectors * SECTOR;
    }

    /** An extended partition without logical ones is no part of the layout, but its space is taken. */
    private boolean isFollowed(ByteBuffer record) {
        for (int at = 446; at < 510; at += 16) {
            boolean taken = record.get(at + 4) != 0 && record.getInt(at + 12) != 0;
            if (taken && Integer.toUnsignedLong(record.getInt(at + 8)) * SECTOR > last.start()) {
                return true;
            }
        }
        return false;
    }

    private static ByteBuffer sealed(ByteBuffer header) {
        header.putInt(16, 0);
        return header.putInt(16, sum(header, header.getInt(12)));
    }

    private static int sum(ByteBuffer bytes, int length) {
        var sum = new CRC32();
        sum.update(bytes.duplicate().position(0).limit(length));
        return (int) sum.getValue();
    }

    private ByteBuffer read(long at, int length) throws IOException {
        var bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (disk.read(bytes, at + bytes.position()) < 0) {
                throw new EOFException("the disk ended");
            }
        }
        return bytes;
    }

    private void write(ByteBuffer bytes, long at) throws IOException {
        bytes.rewind();
        while (bytes.hasRemaining()) {
            disk.write(bytes, at + bytes.position());
        }
    }
}
