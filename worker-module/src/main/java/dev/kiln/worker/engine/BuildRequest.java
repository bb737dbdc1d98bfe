package dev.kiln.worker.engine;

import dev.kiln.execution.Ability;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageForm;
import dev.kiln.image.ImageMetadata;
import dev.kiln.image.archive.ByteSource;
import dev.kiln.parameter.RunParameters;
import dev.kiln.template.BuildCommand;
import dev.kiln.template.Sysprep;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What to build.
 *
 * @param name names the scratch space; the execution's id
 * @param attempt of the execution: whatever earlier attempts left is removed
 * @param context tar archive that COPY reads from, when one was uploaded
 * @param network whether commands may use the network
 * @param diskBytes limit for what all commands together write
 * @param buckets the buckets that its tasks may use
 * @param reuse whether steps may be taken from earlier builds
 * @param output the form of the result; empty for the form of the base image
 * @param sysprep what is removed at the end of a build whose result is a disk
 * @param parameters additional environment variables of the commands, which the image does not keep
 */
public record BuildRequest(
        String name,
        int attempt,
        BaseImage base,
        List<BuildCommand> commands,
        Optional<ByteSource> context,
        boolean network,
        long diskBytes,
        BuildBuckets buckets,
        Optional<Reuse> reuse,
        Optional<ImageForm.Kind> output,
        Set<Sysprep> sysprep,
        RunParameters parameters) {

    /**
     * Which steps of earlier builds may be used instead of running them again.
     *
     * @param owner the account whose builds must have run them
     * @param maximalAge how long ago they may have been run
     * @param shared the steps of other machines, to read and to add to
     */
    public record Reuse(String owner, Duration maximalAge, SharedSteps shared) {}

    /** A first attempt without buckets and without the step cache. */
    public BuildRequest(
            String name,
            BaseImage base,
            List<BuildCommand> commands,
            Optional<ByteSource> context,
            boolean network,
            long diskBytes) {
        this(
                name,
                1,
                base,
                commands,
                context,
                network,
                diskBytes,
                BuildBuckets.NONE,
                Optional.empty(),
                Optional.empty(),
                Set.of(),
                RunParameters.NONE);
    }

    /** A request whose result has the form of the base image, and from which nothing is removed at the end. */
    public BuildRequest(
            String name,
            int attempt,
            BaseImage base,
            List<BuildCommand> commands,
            Optional<ByteSource> context,
            boolean network,
            long diskBytes,
            BuildBuckets buckets,
            Optional<Reuse> reuse) {
        this(name, attempt, base, commands, context, network, diskBytes, buckets, reuse, Optional.empty(), Set.of());
    }

    /** A request without parameters. */
    public BuildRequest(
            String name,
            int attempt,
            BaseImage base,
            List<BuildCommand> commands,
            Optional<ByteSource> context,
            boolean network,
            long diskBytes,
            BuildBuckets buckets,
            Optional<Reuse> reuse,
            Optional<ImageForm.Kind> output,
            Set<Sysprep> sysprep) {
        this(
                name,
                attempt,
                base,
                commands,
                context,
                network,
                diskBytes,
                buckets,
                reuse,
                output,
                sysprep,
                RunParameters.NONE);
    }

    /** This request with these parameters. */
    BuildRequest with(RunParameters more) {
        return new BuildRequest(
                name, attempt, base, commands, context, network, diskBytes, buckets, reuse, output, sysprep, more);
    }

    /** Number and text of a command, for messages. */
    String step(int number) {
        return "step " + number + " of " + commands.size() + " ("
                + CommandRuns.shortened(commands.get(number - 1).text()) + ")";
    }

    /** The abilities that a worker needs to build this. */
    public Set<Ability> buildNeeds() {
        var needs = networked(processor());
        if (base.form().isDisk()) {
            needs.add(Ability.DISKS);
        } else if (makesDisk()) {
            needs.add(Ability.BOOTABLE_DISKS);
        }
        return needs;
    }

    /** The abilities that a worker needs to test this; a machine has its own processor. */
    public Set<Ability> testNeeds() {
        return networked(base.form().isDisk() ? EnumSet.of(Ability.MACHINES) : processor());
    }

    /** The abilities that a worker needs to build this with Packer. */
    public Set<Ability> packerNeeds() {
        return networked(EnumSet.of(Ability.PACKER));
    }

    private Set<Ability> networked(Set<Ability> needs) {
        if (network) {
            needs.add(Ability.NETWORK);
        }
        return needs;
    }

    private Set<Ability> processor() {
        var needs = EnumSet.noneOf(Ability.class);
        base.metadata().knownArchitecture().map(Ability::toRun).ifPresent(needs::add);
        return needs;
    }

    /** Refuses a combination that nothing can be made of. */
    void requirePossible() throws BuildFailedException {
        if (base.form().isDisk()
                && output.filter(kind -> kind == ImageForm.Kind.ARCHIVE).isPresent()) {
            throw new BuildFailedException(
                    "OutputFormat.Refused",
                    "the template's output format is ROOT_FS, and its base image is a disk, of which only disks are"
                            + " made. Take the output format qcow2 or raw, or another base image");
        }
    }

    /** Whether the result is a disk that is made of the base image's files. */
    boolean makesDisk() {
        return !base.form().isDisk()
                && output.filter(kind -> kind != ImageForm.Kind.ARCHIVE).isPresent();
    }

    /**
     * The image that the commands start from.
     *
     * @param archive its bytes, in that form
     */
    public record BaseImage(Digest digest, ByteSource archive, ImageForm form, ImageMetadata metadata) {

        /** A root file system as an archive. */
        public BaseImage(Digest digest, ByteSource archive, ImageMetadata metadata) {
            this(digest, archive, ImageForm.ARCHIVE, metadata);
        }
    }
}
