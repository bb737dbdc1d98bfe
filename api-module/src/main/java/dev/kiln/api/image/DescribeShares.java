package dev.kiln.api.image;

import static dev.kiln.api.image.Pages.PAGE_NUMBER;
import static dev.kiln.api.image.Pages.PAGE_SIZE;
import static dev.kiln.api.operation.Parameter.REGION_ID;

import dev.kiln.api.error.Refusals;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Field;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Shape;
import dev.kiln.image.ImageId;
import java.util.List;
import org.springframework.stereotype.Component;

/** DescribeImageSharePermission, for the owner only. */
@Component
class DescribeShares implements Operation<DescribeShares.Page> {

    /** A page of the accounts that an image is shared with. */
    record Page(Image image, int total, int number, int size, List<Shares.Share> shares) {}

    private static final Parameter<String> ID = Parameter.text("ImageId").required();

    private static final Shape<Shares.Share> SHARE = Shape.of(
            Field.text("AliyunId", share -> share.account().toString()), Field.time("SharedTime", Shares.Share::since));

    private static final Declaration<Page> DECLARATION = new Declaration<>(
            "DescribeImageSharePermission",
            "Lists the accounts that an image of the account is shared with.",
            List.of(REGION_ID, ID, PAGE_NUMBER, PAGE_SIZE),
            List.of(Refusals.IMAGE_NOT_FOUND),
            Shape.of(
                    Field.text("ImageId", page -> page.image().id().value()),
                    Field.text("RegionId", page -> page.image().region().value()),
                    Field.integer("TotalCount", Page::total),
                    Field.integer("PageNumber", Page::number),
                    Field.integer("PageSize", Page::size),
                    Field.objects("Accounts", "Account", Page::shares, SHARE),
                    Field.objects(
                            "ShareGroups",
                            "ShareGroup",
                            page -> List.<String>of(),
                            Shape.of(Field.text("Group", group -> group)))));

    private final Images images;
    private final Shares shares;

    DescribeShares(Images images, Shares shares) {
        this.images = images;
        this.shares = shares;
    }

    @Override
    public Declaration<Page> declaration() {
        return DECLARATION;
    }

    @Override
    public Page run(Call call) {
        var id = new ImageId(call.get(ID));
        var own = images.find(id, call.account())
                .filter(image ->
                        image.owner().equals(call.account()) && image.region().equals(call.get(REGION_ID)))
                .orElseThrow(() -> Refusals.imageNotFound(id.value()));
        var size = call.get(PAGE_SIZE);
        var page = call.get(PAGE_NUMBER);
        return new Page(own, shares.count(id), page, size, shares.list(id, size, Pages.before(page, size)));
    }
}
