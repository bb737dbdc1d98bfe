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
 * @param attempt of the execution: what earlier attempts have left of this is in the way
 * @param context tar archive that COPY reads from, when one was uploaded
 * @param network whether commands may use the network
 * @param diskBytes bound of what all commands together may write
 * @param buckets those that its tasks may use
 * @param reuse whether steps may be taken from earlier builds
 * @param output what the result is to be; nothing for what the base image is
 * @param sysprep what is taken away at the end of a build whose result is a disk
 * @param parameters what commands find in their environment besides, and the image does not keep
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
     * Which steps of earlier builds may be taken instead of running them again.
     *
     * @param owner whose builds they must have been
     * @param maximalAge how long ago they may have been run
     * @param shared where those of other machines are asked for, and told of
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

    /** The result is what the base image is, and nothing is taken away at the end. */
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

    /** Of a run without parameters. */
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

    /** The same with parameters. */
    BuildRequest with(RunParameters more) {
        return new BuildRequest(
                name, attempt, base, commands, context, network, diskBytes, buckets, reuse, output, sysprep, more);
    }

    /** Number and text of a command, for messages. */
    String step(int number) {
        return "step " + number + " of " + commands.size() + " ("
                + CommandRuns.shortened(commands.get(number - 1).text()) + ")";
    }

    /** What a worker must be able to do to build this. */
    public Set<Ability> buildNeeds() {
        var needs = networked(processor());
        if (base.form().isDisk()) {
            needs.add(Ability.DISKS);
        } else if (makesDisk()) {
            needs.add(Ability.BOOTABLE_DISKS);
        }
        return needs;
    }

    /** What a worker must be able to do to test this; a machine brings a processor of its own. */
    public Set<Ability> testNeeds() {
        return networked(base.form().isDisk() ? EnumSet.of(Ability.MACHINES) : processor());
    }

    /** What a worker must be able to do to let Packer make this. */
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

    /** Refuses what nothing is made of. */
    void requirePossible() throws BuildFailedException {
        if (base.form().isDisk()
                && output.filter(kind -> kind == ImageForm.Kind.ARCHIVE).isPresent()) {
            throw new BuildFailedException(
                    "OutputFormat.Refused",
                    "the template's output format is ROOT_FS, and its base image is a disk, of which only disks are"
                            + " made. Take the output format qcow2 or raw, or another base image");
        }
    }

    /** Whether the result is a disk, which is made of the base image's files. */
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
