package dev.kiln.worker.engine;

import dev.kiln.image.ImageForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Makes a disk of an image's files: partitions, a boot loader for BIOS and UEFI, the root file system. disk.sh says
 * what it requires and does.
 */
final class BootableDisk {

    /** The directory of the scratch space where the disk is made. */
    static final String WORK = "disk";

    private static final String KERNELS = "vmlinuz-*";

    private final ImageCommands inImage;
    private final Scratch scratch;

    BootableDisk(ImageCommands inImage, Scratch scratch) {
        this.inImage = inImage;
        this.scratch = scratch;
    }

    /** Refuses a tree without a kernel before any work is done for it, as far as this worker can read the tree. */
    static void requireKernel(Path root) throws BuildFailedException {
        var boot = root.resolve("boot");
        boolean found = false;
        if (Files.isDirectory(boot, LinkOption.NOFOLLOW_LINKS)) {
            try (var kernels = Files.newDirectoryStream(boot, KERNELS)) {
                found = kernels.iterator().hasNext();
            } catch (IOException e) {
                return; // making the disk checks again
            }
        }
        if (!found) {
            throw new BuildFailedException(
                    "OutputFormat.Refused",
                    "the template's output format is a disk, and its base image has no kernel: there is no /boot/"
                            + KERNELS
                            + " in it. Take a base image with a kernel and its initramfs, or the output format"
                            + " ROOT_FS");
        }
    }

    /** A disk's file, and the size of the disk as a machine sees it. */
    record Made(Path file, long bytes) {}

    /** Makes the disk. No time stamp in it is later than {@code newest}. */
    Made make(ImageForm.Kind kind, long newest)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        inImage.packDisk(WORK, kind, newest);
        var work = scratch.directory().resolve(WORK);
        var name = "disk." + kind.driver();
        long bytes = Long.parseLong(Files.readString(work.resolve("bytes")).strip());
        return new Made(Files.move(work.resolve(name), scratch.directory().resolve("image." + name)), bytes);
    }
}
