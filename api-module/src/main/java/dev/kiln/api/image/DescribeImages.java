package dev.kiln.api.image;

import static dev.kiln.api.image.Pages.PAGE_NUMBER;
import static dev.kiln.api.image.Pages.PAGE_SIZE;
import static dev.kiln.api.operation.Parameter.REGION_ID;

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

    /** A page of the images, as the caller sees them. */
    record Page(RegionId region, int total, int number, int size, List<SeenImage> images) {}

    private static final Declaration<Page> DECLARATION = new Declaration<>(
            "DescribeImages",
            "Lists the account's images and those that are shared with it, newest first.",
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
                    Field.objects("Images", "Image", Page::images, SeenImage.SHAPE)));

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
                ImageFilters.ARCHITECTURE,
                ImageFilters.USAGE,
                ImageFilters.IS_PUBLIC,
                ImageFilters.FILTER,
                ImageFilters.RESOURCE_GROUP,
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
                .map(image -> new SeenImage(image, call.account()))
                .toList();
        return new Page(wanted.region(), search.count(wanted), page, size, images);
    }
}
