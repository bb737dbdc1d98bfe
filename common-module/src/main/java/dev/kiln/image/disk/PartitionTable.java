package dev.kiln.image.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The partitions of a disk, by number; none overlaps another or reaches beyond the disk. */
public record PartitionTable(Kind kind, List<Partition> partitions) {

    /** The kinds of tables. */
    public enum Kind {
        GPT,
        MBR
    }

    static final int SECTOR = 512;

    /** Reads the table that a machine would use. */
    public static PartitionTable read(DiskReader disk) throws IOException, DiskRefusedException {
        boolean gpt = DiskReader.says(disk.at(SECTOR, SECTOR), 0, GptReader.MAGIC);
        var table = gpt
                ? new PartitionTable(Kind.GPT, GptReader.read(disk))
                : new PartitionTable(Kind.MBR, MbrReader.read(disk));
        table.check(disk.length());
        return table;
    }

    private void check(long diskBytes) throws DiskRefusedException {
        var byPlace = new ArrayList<>(partitions);
        byPlace.sort(Comparator.comparingLong(Partition::start));
        long free = SECTOR;
        for (var partition : byPlace) {
            if (partition.start() < free) {
                throw new DiskRefusedException("partition " + partition.number() + " begins at byte "
                        + partition.start() + ", within another or the table; repair the partition table");
            }
            if (partition.bytes() <= 0 || partition.bytes() > diskBytes - partition.start()) {
                throw new DiskRefusedException("partition " + partition.number() + " leaves the disk, which has "
                        + diskBytes + " bytes; repair the partition table");
            }
            free = partition.end();
        }
    }
}
