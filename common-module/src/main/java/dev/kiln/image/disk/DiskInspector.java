package dev.kiln.image.disk;

import dev.kiln.image.ImageForm;
import dev.kiln.image.archive.ByteSource;
import dev.kiln.image.archive.Unpacking;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Recognises disks by their contents, and refuses those that must not be opened. It reads only a few documented header
 * fields; before a build QEMU examines the disk again, in a sandbox.
 */
public final class DiskInspector {

    /** Limit for a disk as a machine sees it, in bytes: the largest SystemDiskSize. */
    public static final long LARGEST = 500L << 30;

    private static final int SECTOR = 512;

    /** The form of the disk; empty when the bytes are not a disk. */
    public Optional<ImageForm> recognise(ByteSource source, long length) throws IOException, DiskRefusedException {
        if (length < 4 * SECTOR) {
            return Optional.empty();
        }
        var disk = new DiskReader(source, length);
        var head = disk.at(0, 2 * SECTOR);
        refuseUnsupported(head);
        if (head.getInt(0) == Qcow2Header.MAGIC) {
            return form(ImageForm.Kind.QCOW2, Qcow2Header.diskBytes(disk));
        }
        if (DiskReader.says(head, 0, VmdkHeader.MAGIC)) {
            return form(ImageForm.Kind.VMDK, VmdkHeader.diskBytes(disk));
        }
        if (DiskReader.says(head, 0, VhdFooter.MAGIC) || VhdFooter.isAtEnd(disk)) {
            return form(ImageForm.Kind.VHD, VhdFooter.diskBytes(disk));
        }
        return isRaw(head) ? raw(disk) : Optional.empty();
    }

    private static Optional<ImageForm> raw(DiskReader disk) throws IOException, DiskRefusedException {
        var form = form(ImageForm.Kind.RAW, disk.length());
        DiskLayout.read(disk).requireRoot();
        return form;
    }

    private static Optional<ImageForm> form(ImageForm.Kind kind, long bytes) throws DiskRefusedException {
        if (bytes < (1 << 20) || bytes > LARGEST || bytes % SECTOR != 0) {
            throw new DiskRefusedException("the disk has " + Long.toUnsignedString(bytes)
                    + " bytes as a machine sees it; it must be whole sectors of 512 bytes, from 1 MiB to " + LARGEST
                    + " bytes (500 GiB, the largest SystemDiskSize)");
        }
        return Optional.of(new ImageForm(kind, bytes));
    }

    private static void refuseUnsupported(ByteBuffer head) throws DiskRefusedException {
        var name = DiskReader.says(head, 0, "vhdxfile")
                ? "VHDX"
                : DiskReader.says(head, 0, "<<< ")
                        ? "VDI"
                        : DiskReader.says(head, 0, "QED\0") ? "QED" : DiskReader.says(head, 0, "COWD") ? "ESX" : "";
        if (!name.isEmpty()) {
            throw new DiskRefusedException("this is a disk in the format " + name
                    + "; taken are raw, qcow2, VHD and VMDK: convert it by qemu-img convert -O qcow2 FILE NEW");
        }
        if (DiskReader.says(head, 0, "# Disk DescriptorFile")) {
            throw new DiskRefusedException("this is the description of a VMDK whose contents are in other files;"
                    + " convert it by qemu-img convert -O qcow2 FILE NEW");
        }
    }

    /**
     * Whether the first sectors are those of a partitioned disk; a tar archive has its name there, a packed one any
     * bytes.
     */
    private static boolean isRaw(ByteBuffer head) {
        var magic = new byte[8];
        head.get(0, magic);
        boolean archive = DiskReader.says(head, 257, "ustar") || Unpacking.isPacked(magic);
        return !archive && (head.getShort(510) == 0x55aa || DiskReader.says(head, SECTOR, GptReader.MAGIC));
    }
}
