package dev.kiln.worker.engine;

import dev.kiln.image.ImageForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A disk made of an image's files: partitions, a boot loader for BIOS and UEFI, the root file system. What it takes and
 * does is told by disk.sh.
 */
final class BootableDisk {

    /** Where it is made, in the scratch space. */
    static final String WORK = "disk";

    private static final String KERNELS = "vmlinuz-*";

    private final ImageCommands inImage;
    private final Scratch scratch;

    BootableDisk(ImageCommands inImage, Scratch scratch) {
        this.inImage = inImage;
        this.scratch = scratch;
    }

    /** Refuses a tree without a kernel, as far as this worker may look into it, before anything is done for it. */
    static void requireKernel(Path root) throws BuildFailedException {
        var boot = root.resolve("boot");
        boolean found = false;
        if (Files.isDirectory(boot, LinkOption.NOFOLLOW_LINKS)) {
            try (var kernels = Files.newDirectoryStream(boot, KERNELS)) {
                found = kernels.iterator().hasNext();
            } catch (IOException e) {
                return; // making the disk asks again
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

    /** A disk's file, and how large the disk is as a machine sees it. */
    record Made(Path file, long bytes) {}

    /** Makes it; no time in it is later. */
    Made make(ImageForm.Kind kind, long newest)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        inImage.packDisk(WORK, kind, newest);
        var work = scratch.directory().resolve(WORK);
        var name = "disk." + kind.driver();
        long bytes = Long.parseLong(Files.readString(work.resolve("bytes")).strip());
        return new Made(Files.move(work.resolve(name), scratch.directory().resolve("image." + name)), bytes);
    }
}
