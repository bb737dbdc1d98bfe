package dev.kiln.image.disk;

/**
 * A part of a disk, as its partition table says.
 *
 * @param number as Linux counts
 * @param start first byte
 * @param type a GUID in lower case, or what MBR has: {@code 0x83}
 * @param name PARTLABEL, empty when there is none
 * @param id PARTUUID
 */
public record Partition(int number, long start, long bytes, String type, String name, String id) {

    long end() {
        return start + bytes;
    }
}
