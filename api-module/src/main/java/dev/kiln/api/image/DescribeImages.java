package dev.kiln.api.image;

import static dev.kiln.api.image.Pages.PAGE_NUMBER;
import static dev.kiln.api.image.Pages.PAGE_SIZE;
import static dev.kiln.api.operation.Parameter.REGION_ID;

import dev.kiln.account.AccountId;
import dev.kiln.api.error.ApiException;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Field;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Shape;
import dev.kiln.api.operation.Tags;
import dev.kiln.api.operation.Values;
import dev.kiln.region.RegionId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** DescribeImages. */
@Component
class DescribeImages implements Operation<DescribeImages.Page> {

    /** Some of the images that were asked for, as the caller may see them. */
    record Page(RegionId region, int total, int number, int size, List<Seen> images) {}

    /** An image in the eyes of an account. */
    record Seen(Image image, AccountId by) {

        boolean isOwn() {
            return image.owner().equals(by);
        }
    }

    private static final long GIB = 1L << 30;

    private static final Shape<Image> DISK = Shape.of(
            Field.text("Type", image -> "system"),
            Field.text("Size", image -> Long.toString(gibibytes(image))),
            Field.text("Progress", DescribeImages::progress));

    private static final Shape<Seen> IMAGE = Shape.of(
            Field.text("ImageId", seen -> seen.image().id().value()),
            Field.text("ImageName", seen -> seen.image().name()),
            Field.text("ImageFamily", seen -> seen.image().family()),
            Field.text("ImageVersion", seen -> ""),
            Field.text("Description", seen -> seen.image().description()),
            Field.text("Status", seen -> seen.image().state().wire()),
            Field.text("Progress", seen -> progress(seen.image())),
            Field.time("CreationTime", seen -> seen.image().createdAt()),
            Field.integer("Size", seen -> gibibytes(seen.image())),
            Field.text("Platform", seen -> "Others Linux"),
            Field.text("OSType", seen -> "linux"),
            Field.text("ImageOwnerAlias", seen -> seen.isOwn() ? "self" : "others"),
            Field.integer("ImageOwnerId", seen -> seen.image().owner().value()),
            Field.flag("IsCopied", seen -> false),
            // Whether the owner shares it is the owner's business.
            Field.text("IsSelfShared", seen -> seen.isOwn() && seen.image().shared() ? "True" : "False"),
            Field.flag("IsSubscribed", seen -> false),
            Field.flag("IsPublic", seen -> false),
            Field.text("Usage", seen -> "none"),
            Field.flag("Usable", seen -> seen.image().isAvailable()),
            Field.objects("DiskDeviceMappings", "DiskDeviceMapping", seen -> List.of(seen.image()), DISK),
            Field.objects("Tags", "Tag", seen -> seen.image().tags(), Tags.SHAPE));

    private static final Declaration<Page> DECLARATION = new Declaration<>(
            "DescribeImages",
            "Lists images of one's own and those that others share, newest first.",
            parameters(),
            List.of(
                    ImageFilters.INVALID_ALIAS,
                    Tags.INVALID_COUNT,
                    ImageFilters.INVALID_TYPE,
                    ImageFilters.INVALID_OWNER,
                    ImageFilters.INVALID_KEY,
                    ImageFilters.INVALID_VALUE,
                    ImageFilters.INVALID_USAGE,
                    ImageFilters.INVALID_OS_TYPE,
                    ImageFilters.INVALID_ARCHITECTURE,
                    DryRun.PASSED),
            Shape.of(
                    Field.integer("TotalCount", Page::total),
                    Field.integer("PageNumber", Page::number),
                    Field.integer("PageSize", Page::size),
                    Field.text("RegionId", page -> page.region().value()),
                    Field.objects("Images", "Image", Page::images, IMAGE)));

    private final ImageSearch search;

    DescribeImages(ImageSearch search) {
        this.search = search;
    }

    private static List<Parameter<?>> parameters() {
        var parameters = new ArrayList<Parameter<?>>(List.of(
                REGION_ID,
                ImageFilters.IDS,
                ImageFilters.NAME,
                ImageFilters.FAMILY,
                ImageFilters.SNAPSHOT,
                ImageFilters.OWNER,
                ImageFilters.STATUS,
                ImageFilters.ALIAS,
                ImageFilters.OS_TYPE,
                ImageFilters.USAGE,
                ImageFilters.IS_PUBLIC,
                ImageFilters.FILTER,
                Tags.TAG,
                PAGE_NUMBER,
                PAGE_SIZE,
                DryRun.DRY_RUN));
        parameters.addAll(ImageFilters.CHECKED);
        return List.copyOf(parameters);
    }

    @Override
    public Declaration<Page> declaration() {
        return DECLARATION;
    }

    @Override
    public Stream<ApiException> contradictions(Values given) {
        return ImageFilters.contradictions(given);
    }

    @Override
    public Page run(Call call) {
        DryRun.stop(call);
        var wanted = ImageFilters.wanted(call);
        var size = call.get(PAGE_SIZE);
        var page = call.get(PAGE_NUMBER);
        var images = search.page(wanted, size, Pages.before(page, size)).stream()
                .map(image -> new Seen(image, call.account()))
                .toList();
        return new Page(wanted.region(), search.count(wanted), page, size, images);
    }

    private static long gibibytes(Image image) {
        return Math.max(1, (image.bytes() + GIB - 1) / GIB);
    }

    private static String progress(Image image) {
        if (image.isAvailable()) {
            return "100%";
        }
        return image.bytes() > 0 ? Math.min(99, image.bytesDone() * 100 / image.bytes()) + "%" : "0%";
    }
}
