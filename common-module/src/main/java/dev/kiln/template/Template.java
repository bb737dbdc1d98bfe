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
 * What to build, where to copy, whom to share with (the wire's ImagePipeline). A template is never changed after it was
 * made, so every execution of it does the same; only the context that COPY reads from can be uploaded anew, the step
 * cache be allowed, a Packer file be named, and the output format and what is taken away at the end be chosen. An empty
 * text means "not given".
 *
 * @param kept parameters that mean nothing on one's own machines, kept to be returned, by their wire names
 * @param contextDigest digest of the uploaded context
 * @param stepCacheAge how long ago a step may have been run to be taken instead of run again; zero for never
 * @param output what its images are to be; nothing for what the base image is
 * @param sysprep what a build on a disk takes away at its end
 * @param packerFile the file of its context that Packer builds instead of commands
 * @param needsKvm whether tests in a machine are left to workers that run machines by KVM
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

    /** How {@link #baseImage} is read (BaseImageType on the wire). */
    public enum BaseImageType {
        /** An image id. */
        IMAGE,
        /** The name of a family; its newest available image is taken at each start. */
        IMAGE_FAMILY,
        /** There is none: an image is to be imported first from what ImportImageOptions, which are kept, name. */
        OSS
    }

    /**
     * How the finished image is called (ImageOptions on the wire).
     *
     * @param name prefix of the image's name
     * @param suffix whether {@code _{ExecutionId}} follows the prefix
     */
    public record ImageOptions(String name, boolean suffix, String family, String description, List<Tag> tags) {}

    /** Whether build commands may use the network: the wire's InternetMaxBandwidthOut is more than 0. */
    public boolean allowsNetwork() {
        return networkMbit > 0;
    }

    /** The regions that get a copy, the template's own first and none twice. */
    public List<RegionId> targetRegions() {
        return Stream.concat(Stream.of(region), toRegions.stream()).distinct().toList();
    }
}
