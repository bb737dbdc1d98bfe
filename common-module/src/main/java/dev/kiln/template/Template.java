package dev.kiln.template;

import dev.kiln.account.AccountId;
import dev.kiln.image.ImageForm;
import dev.kiln.region.RegionId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What to build, where to copy, whom to share with (the wire's ImagePipeline). A template does not change after it is
 * made, so that all of its executions do the same; exceptions are the context that COPY reads from, the step cache, the
 * Packer file, the output format and what is removed at the end, which can be set later. An empty text means "not
 * given".
 *
 * @param kept parameters without effect on your own machines, kept only to be returned, by their wire names
 * @param contextDigest digest of the uploaded context
 * @param stepCacheAge maximum age of a cached step that is reused instead of run again; zero turns the cache off
 * @param output form of its images; null for that of the base image
 * @param sysprep what a build on a disk removes at its end
 * @param packerFile the file of its context that Packer builds in place of commands
 * @param needsKvm whether tests in a machine need a worker with KVM
 */
public record Template(
        TemplateId id,
        AccountId account,
        RegionId region,
        String name,
        String description,
        BaseImageType baseImageType,
        String baseImage,
        String buildContent,
        String testContent,
        ImageOptions imageOptions,
        int networkMbit,
        int diskGib,
        List<RegionId> toRegions,
        List<AccountId> addAccounts,
        List<Tag> tags,
        Map<String, String> kept,
        Optional<String> contextDigest,
        Duration stepCacheAge,
        Optional<ImageForm.Kind> output,
        Set<Sysprep> sysprep,
        Optional<String> packerFile,
        boolean needsKvm,
        Instant createdAt) {

    /** How to read {@link #baseImage} (BaseImageType on the wire). */
    public enum BaseImageType {
        /** An image id. */
        IMAGE,
        /** The name of a family; each start takes its newest available image. */
        IMAGE_FAMILY,
        /** None: an image is first imported from the source that the kept ImportImageOptions name. */
        OSS
    }

    /**
     * The name of the finished image (ImageOptions on the wire).
     *
     * @param name prefix of the image's name
     * @param suffix whether {@code _{ExecutionId}} follows the prefix
     */
    public record ImageOptions(String name, boolean suffix, String family, String description, List<Tag> tags) {}

    /** Whether build commands may use the network: InternetMaxBandwidthOut on the wire is more than 0. */
    public boolean allowsNetwork() {
        return networkMbit > 0;
    }

    /** The regions that get a copy, the template's own first, without duplicates. */
    public List<RegionId> targetRegions() {
        return Stream.concat(Stream.of(region), toRegions.stream()).distinct().toList();
    }
}
