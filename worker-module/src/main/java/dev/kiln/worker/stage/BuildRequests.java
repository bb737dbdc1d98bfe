package dev.kiln.worker.stage;

import dev.kiln.bucket.BucketAccess;
import dev.kiln.execution.Ability;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.Failure;
import dev.kiln.execution.NotAbleException;
import dev.kiln.image.Architecture;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageForm;
import dev.kiln.image.ImageId;
import dev.kiln.image.ImageKeys;
import dev.kiln.image.archive.ByteSource;
import dev.kiln.parameter.ExecutionParameters;
import dev.kiln.parameter.RunParameters;
import dev.kiln.parameter.SealedParameterException;
import dev.kiln.region.RegionId;
import dev.kiln.region.Regions;
import dev.kiln.region.StoreKey;
import dev.kiln.template.BuildContent;
import dev.kiln.template.Template;
import dev.kiln.worker.engine.Abilities;
import dev.kiln.worker.engine.BuildFailedException;
import dev.kiln.worker.engine.BuildRequest;
import dev.kiln.worker.region.SourceImages;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Turns an attempt into a request to the engine: base image, commands, context, limits. */
public final class BuildRequests {

    private static final long GIB = 1L << 30;

    /** Where the inputs of builds come from: images, their bytes, and the files of tasks. */
    public record Sources(SourceImages baseImages, Regions regions, BucketAccess buckets) {}

    private final Sources sources;
    private final TemplateSteps steps;
    private final RegionSteps shared;
    private final ExecutionParameters parameters;
    private final Abilities abilities;

    public BuildRequests(
            Sources sources,
            TemplateSteps steps,
            RegionSteps shared,
            ExecutionParameters parameters,
            Abilities abilities) {
        this.sources = sources;
        this.steps = steps;
        this.shared = shared;
        this.parameters = parameters;
        this.abilities = abilities;
    }

    /**
     * The request to build.
     *
     * @throws NotAbleException when this worker lacks an ability that it needs
     */
    BuildRequest toBuild(Attempt attempt, ImageId base) throws StageFailedException {
        var request = request(attempt, base, BuildContent.Kind.BUILD);
        requireKnownMachine(attempt.template(), request);
        require(attempt, request.buildNeeds());
        return request;
    }

    /**
     * The request to test.
     *
     * @throws NotAbleException when this worker lacks an ability that it needs
     */
    BuildRequest toTest(Attempt attempt, ImageId image) throws StageFailedException {
        var request = request(attempt, image, BuildContent.Kind.TEST);
        requireKnownMachine(attempt.template(), request);
        require(attempt, testNeeds(attempt, request));
        return request;
    }

    /** The abilities that a worker needs to run this test for the attempt's template. */
    static Set<Ability> testNeeds(Attempt attempt, BuildRequest request) {
        var needs = new HashSet<>(request.testNeeds());
        if (needs.contains(Ability.MACHINES) && attempt.template().needsKvm()) {
            needs.add(Ability.KVM);
        }
        return needs;
    }

    /**
     * The request to build with Packer.
     *
     * @throws NotAbleException when this worker lacks an ability that it needs
     */
    BuildRequest toPack(Attempt attempt, ImageId base) throws StageFailedException {
        var request = request(attempt, base, BuildContent.Kind.BUILD);
        require(attempt, request.packerNeeds());
        return request;
    }

    /** Disks are made and booted only for the processor that the installed boot loader and QEMU are made for. */
    private static void requireKnownMachine(Template template, BuildRequest request) throws StageFailedException {
        boolean arm = request.base().metadata().knownArchitecture().equals(Optional.of(Architecture.ARM64));
        boolean disk = request.base().form().isDisk();
        boolean made =
                request.output().filter(kind -> kind != ImageForm.Kind.ARCHIVE).isPresent();
        if (arm && !disk && made) {
            throw new StageFailedException(new Failure(
                    "OutputFormat.Refused",
                    "the base image is for arm64 processors, and disks that boot are made for x86_64 alone; take the"
                            + " output format ROOT_FS, or a disk as base image"));
        }
        if (arm && disk && !template.testContent().isEmpty()) {
            throw new StageFailedException(new Failure(
                    "Machine.Refused",
                    "the disk is for arm64 processors, and machines that test disks have x86_64 ones; make a template"
                            + " without TestContent"));
        }
    }

    private void require(Attempt attempt, Set<Ability> needs) {
        if (!abilities.able().containsAll(needs)) {
            throw new NotAbleException(attempt, needs);
        }
    }

    static Failure failure(BuildFailedException e) {
        return new Failure(e.code(), e.getMessage());
    }

    private BuildRequest request(Attempt attempt, ImageId imageId, BuildContent.Kind kind) throws StageFailedException {
        var template = attempt.template();
        var image = sources.baseImages()
                .find(imageId)
                .orElseThrow(() -> new StageFailedException(new Failure(
                        "InvalidImagePipeline.BaseImageNotFound", "image " + imageId + " was deleted meanwhile")));
        var given = parameters(attempt);
        return new BuildRequest(
                attempt.execution().value(),
                attempt.number(),
                new BuildRequest.BaseImage(
                        image.content().digest(),
                        source(
                                template.region(),
                                ImageKeys.image(imageId),
                                image.content().digest()),
                        image.content().form(),
                        image.content().metadata()),
                steps.of(attempt, kind),
                template.contextDigest()
                        .map(Digest::new)
                        .map(digest -> source(template.region(), ImageKeys.context(template.id(), digest), digest)),
                template.allowsNetwork(),
                template.diskGib() * GIB,
                bucket -> sources.buckets().find(bucket, template.region(), template.account()),
                // A step that saw a secret is not reused by other builds: its key would be derived from the secret.
                given.hasSecrets() ? Optional.empty() : reuse(attempt),
                template.output(),
                template.sysprep(),
                given);
    }

    private RunParameters parameters(Attempt attempt) throws StageFailedException {
        try {
            return parameters.of(attempt.execution());
        } catch (SealedParameterException e) {
            throw new StageFailedException(new Failure("Parameters.Sealed", e.getMessage()));
        }
    }

    private Optional<BuildRequest.Reuse> reuse(Attempt attempt) {
        var template = attempt.template();
        return Optional.of(template.stepCacheAge())
                .filter(age -> !age.isZero())
                .map(age -> new BuildRequest.Reuse(template.account().toString(), age, shared.of(attempt)));
    }

    private ByteSource source(RegionId region, StoreKey key, Digest digest) {
        return offset -> sources.regions()
                .find(region)
                .orElseThrow(() -> new IOException("region " + region + " is not configured"))
                .open(key, digest, offset);
    }
}
