package dev.kiln.image.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads the partition table of a master boot record, and the chain of tables in its extended partition. */
final class MbrReader {

    private static final int SECTOR = PartitionTable.SECTOR;
    private static final int TABLE = 446;
    private static final int ENTRY = 16;
    private static final int MOST_LOGICAL = 60;

    private final DiskReader disk;
    private final String diskId;
    private final List<Partition> partitions = new ArrayList<>();

    private MbrReader(DiskReader disk, String diskId) {
        this.disk = disk;
        this.diskId = diskId;
    }

    /** An entry of a table. */
    private record Entry(int type, long start, long sectors) {

        static Entry of(ByteBuffer table, int index) {
            int at = TABLE + index * ENTRY;
            return new Entry(
                    table.get(at + 4) & 0xff, table.getInt(at + 8) & 0xffffffffL, table.getInt(at + 12) & 0xffffffffL);
        }

        boolean isEmpty() {
            return type == 0 || sectors == 0;
        }

        boolean isExtended() {
            return type == 0x05 || type == 0x0f || type == 0x85;
        }
    }

    static List<Partition> read(DiskReader disk) throws IOException, DiskRefusedException {
        var table = table(disk, 0);
        var reader = new MbrReader(disk, String.format(Locale.ROOT, "%08x", table.getInt(440)));
        reader.readPrimary(table);
        return List.copyOf(reader.partitions);
    }

    private static ByteBuffer table(DiskReader disk, long sector) throws IOException, DiskRefusedException {
        var table = disk.littleAt(sector * SECTOR, SECTOR);
        if (table.getShort(510) != (short) 0xaa55) {
            throw new DiskRefusedException("sector " + sector + " holds no partition table; repair the disk");
        }
        return table;
    }

    private void readPrimary(ByteBuffer table) throws IOException, DiskRefusedException {
        var extended = new ArrayList<Entry>();
        for (int index = 0; index < 4; index++) {
            var entry = Entry.of(table, index);
            if (entry.type() == 0xee) {
                throw new DiskRefusedException("the boot record says that there is a GUID partition table, but there is"
                        + " none where one of 512 byte sectors would be; repair it");
            }
            if (!entry.isEmpty() && entry.isExtended()) {
                extended.add(entry);
            } else if (!entry.isEmpty()) {
                add(index + 1, entry, entry.start());
            }
        }
        if (extended.size() > 1) {
            throw new DiskRefusedException("the disk has more than one extended partition; repair the partition table");
        }
        for (var entry : extended) {
            readLogical(entry);
        }
    }

    /** Follows the chain, which may only lead forward and must stay inside the extended partition. */
    private void readLogical(Entry extended) throws IOException, DiskRefusedException {
        long end = extended.start() + extended.sectors();
        long at = extended.start();
        for (int number = 5; number < 5 + MOST_LOGICAL; number++) {
            var table = table(disk, at);
            var entry = Entry.of(table, 0);
            if (!entry.isEmpty()) {
                add(number, entry, at + entry.start());
            }
            var next = Entry.of(table, 1);
            if (next.isEmpty()) {
                return;
            }
            long to = extended.start() + next.start();
            if (to <= at || to >= end) {
                throw new DiskRefusedException("the chain of logical partitions leads from sector " + at + " to " + to
                        + ", back or out of the extended partition; repair the partition table");
            }
            at = to;
        }
        throw new DiskRefusedException("the disk has more than " + MOST_LOGICAL + " logical partitions");
    }

    private void add(int number, Entry entry, long start) {
        partitions.add(new Partition(
                number,
                start * SECTOR,
                entry.sectors() * SECTOR,
                String.format(Locale.ROOT, "0x%02x", entry.type()),
                "",
                String.format(Locale.ROOT, "%s-%02x", diskId, number)));
    }
}
