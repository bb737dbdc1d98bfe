package dev.kiln.image.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The partitions of a disk and their contents. */
public record DiskLayout(PartitionTable.Kind kind, List<Part> parts) {

    /** GUIDs of root file systems, by the Discoverable Partitions Specification: x86-64, x86, 64 bit ARM, ARM. */
    private static final List<String> ROOTS = List.of(
            "4f68bce3-e8cd-4db1-96e7-fbcaf984b709",
            "44479540-f297-41b2-9af7-d131d5f0458a",
            "b921b045-1df0-41c3-af44-4c6f280d3fae",
            "69dad710-2ce4-4e3c-b16c-21a1d49abed3");

    private static final Set<FileSystem.Kind> ROOT_KINDS =
            Set.of(FileSystem.Kind.EXT, FileSystem.Kind.XFS, FileSystem.Kind.BTRFS);

    /** A partition and its file system. */
    public record Part(Partition partition, FileSystem fileSystem) {

        /** Whether a root file system that can be built on may be here. */
        public boolean isCandidate() {
            return ROOT_KINDS.contains(fileSystem.kind())
                    && fileSystem.trouble().isEmpty();
        }

        /** Whether the partition table marks this as the root file system. */
        public boolean isMarkedRoot() {
            return ROOTS.contains(partition.type());
        }

        /** Whether a device as written in /etc/fstab means this partition. */
        public boolean isNamed(String device) {
            var value = device.substring(device.indexOf('=') + 1).replace("\"", "");
            return switch (device.substring(0, Math.max(0, device.indexOf('=')))) {
                case "UUID" -> isGiven(value, fileSystem.id());
                case "LABEL" -> !value.isEmpty() && value.equals(fileSystem.label());
                case "PARTUUID" -> isGiven(value, partition.id());
                case "PARTLABEL" -> !value.isEmpty() && value.equals(partition.name());
                default -> device.matches("/dev/([sv]d[a-z]|xvd[a-z]|nvme[0-9]n[0-9]p)" + partition.number());
            };
        }

        private static boolean isGiven(String value, String id) {
            return !value.isEmpty() && value.equalsIgnoreCase(id);
        }

        private String shown() {
            return "partition " + partition.number() + " "
                    + (fileSystem.trouble().isEmpty()
                            ? "is " + fileSystem.kind().meaning()
                            : fileSystem.trouble());
        }
    }

    /** Reads the partition table and the beginning of each partition. */
    public static DiskLayout read(DiskReader disk) throws IOException, DiskRefusedException {
        var table = PartitionTable.read(disk);
        var parts = new ArrayList<Part>();
        for (var partition : table.partitions()) {
            var part = disk.part(partition.start(), partition.bytes());
            parts.add(new Part(partition, FileSystem.of(part)));
        }
        return new DiskLayout(table.kind(), List.copyOf(parts));
    }

    /** The partitions that may hold the root file system. */
    public List<Part> candidates() {
        return parts.stream().filter(Part::isCandidate).toList();
    }

    /** The partitions that may hold the root file system in one of these kinds. */
    public List<Part> candidates(Set<FileSystem.Kind> kinds) {
        return candidates().stream()
                .filter(part -> kinds.contains(part.fileSystem().kind()))
                .toList();
    }

    /** Refuses a disk that has no such partition. */
    public void requireRoot() throws DiskRefusedException {
        if (candidates().isEmpty()) {
            throw new DiskRefusedException("the disk has no partition with " + FileSystem.Kind.EXT.meaning() + ", "
                    + FileSystem.Kind.XFS.meaning() + " or " + FileSystem.Kind.BTRFS.meaning() + " to build on: "
                    + shown());
        }
    }

    /** All partitions, for people. */
    public String shown() {
        return parts.isEmpty()
                ? "it has no partitions"
                : parts.stream().map(Part::shown).collect(Collectors.joining(", "));
    }
}
