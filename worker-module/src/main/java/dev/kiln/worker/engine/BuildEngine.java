package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import dev.kiln.image.ImageForm;
import dev.kiln.image.ImageMetadata;
import dev.kiln.image.packages.PackageList;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Port: runs the build commands on a base image and yields an image file. Every implementation passes
 * {@code BuildEngineContract}. Interrupting the calling thread ends a build with {@link InterruptedException}; within a
 * second of that none of its processes is left.
 */
public interface BuildEngine {

    /** Makes a sandbox and leaves it; throws, with a sentence an operator can act on, when this worker cannot build. */
    void check() throws SandboxUnavailableException;

    /**
     * Runs the commands that the journal has not kept and packs the result, which does not depend on what was kept. Can
     * be repeated safely: whatever an earlier attempt of the same name left on this machine is removed first. The
     * result's file exists until it is discarded.
     *
     * @throws BuildFailedException when a command fails, exceeds a limit, or the base image is refused: the template's
     *     fault, trying again would not help
     * @throws NoRoomException when this machine's disk is full: an attempt on another machine may succeed
     * @throws IOException when this machine is otherwise at fault (sandbox gone): another attempt may succeed
     */
    BuiltImage build(BuildRequest request, StepJournal journal, BuildOutput output)
            throws BuildFailedException, IOException, InterruptedException;

    /** Runs all commands on a scratch copy of the image, which is thrown away; fails as {@link #build} does. */
    void test(BuildRequest request, BuildOutput output) throws BuildFailedException, IOException, InterruptedException;

    /**
     * Has Packer build a file of the request's context and returns the artifacts; the base image and the commands are
     * ignored. After an interrupt Packer may take a while to undo what it made.
     */
    default List<PackerArtifact> runPacker(BuildRequest request, String file, BuildOutput output)
            throws BuildFailedException, IOException, InterruptedException {
        throw new BuildFailedException("Packer.Failed", "this engine has no Packer for " + file);
    }

    /**
     * Removes everything that builds of this name left on this machine: processes, mounts, files. Does nothing if there
     * is none.
     */
    default void discard(String name) throws IOException {
        discard(name, Integer.MAX_VALUE);
    }

    /**
     * Removes what this attempt's builds of this name left on this machine, and earlier ones'. What belongs to a later
     * attempt stays, even if that one has begun in this place already.
     */
    void discard(String name, int attempt) throws IOException;

    /**
     * The bytes of an image's file turned out not to be those that its digest tells of: nothing more is made of them.
     */
    default void forget(BuiltImage image) throws IOException {}

    /**
     * An image file that a build made, and what the image says of itself.
     *
     * @param packages the installed packages; empty when they are not known
     */
    record BuiltImage(
            Path file,
            long bytes,
            Digest digest,
            ImageForm form,
            ImageMetadata metadata,
            Optional<PackageList> packages) {

        /** An image whose installed packages are not known. */
        public BuiltImage(Path file, long bytes, Digest digest, ImageForm form, ImageMetadata metadata) {
            this(file, bytes, digest, form, metadata, Optional.empty());
        }

        /** This image with other installed packages, or with none known. */
        BuiltImage with(Optional<PackageList> installed) {
            return new BuiltImage(file, bytes, digest, form, metadata, installed);
        }

        /** An archive of a root file system whose installed packages are not known. */
        public BuiltImage(Path file, long bytes, Digest digest, ImageMetadata metadata) {
            this(file, bytes, digest, ImageForm.ARCHIVE, metadata);
        }
    }
}
