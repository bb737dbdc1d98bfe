package dev.kiln.image.disk;

/**
 * An entry of a disk's partition table.
 *
 * @param number as Linux counts partitions
 * @param start offset of the first byte
 * @param type a GUID in lower case, or the type in an MBR: {@code 0x83}
 * @param name PARTLABEL, empty when there is none
 * @param id PARTUUID
 */
public record Partition(int number, long start, long bytes, String type, String name, String id) {

    long end() {
        return start + bytes;
    }
}
