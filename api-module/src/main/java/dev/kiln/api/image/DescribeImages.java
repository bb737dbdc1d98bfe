package dev.kiln.api.image;

import dev.kiln.account.AccountId;
import dev.kiln.api.rpc.Answer;
import dev.kiln.api.rpc.Call;
import dev.kiln.api.rpc.Operation;
import org.springframework.stereotype.Component;

/** DescribeImages. */
@Component
class DescribeImages implements Operation {

    private static final long GIB = 1L << 30;

    private final ImageSearch search;

    DescribeImages(ImageSearch search) {
        this.search = search;
    }

    @Override
    public String name() {
        return "DescribeImages";
    }

    @Override
    public Answer run(Call call) {
        var wanted = new ImageQuestion(call).read();
        var size = call.parameters().integer("PageSize", 10, 1, 100, "InvalidPageSize");
        var page = call.parameters().integer("PageNumber", 1, 1, Integer.MAX_VALUE, "InvalidPageNumber");
        var images = search.page(wanted, size, (page - 1L) * size);
        return new Answer()
                .with("TotalCount", search.count(wanted))
                .with("PageNumber", page)
                .with("PageSize", size)
                .with("RegionId", wanted.region().value())
                .withObjects(
                        "Images",
                        "Image",
                        images.stream()
                                .map(image -> answer(image, call.account()))
                                .toList());
    }

    private static Answer answer(Image image, AccountId caller) {
        var own = image.owner().equals(caller);
        return new Answer()
                .with("ImageId", image.id().value())
                .with("ImageName", image.name())
                .with("ImageFamily", image.family())
                .with("ImageVersion", "")
                .with("Description", image.description())
                .with("Status", image.state().wire())
                .with("Progress", progress(image))
                .with("CreationTime", image.createdAt())
                .with("Size", Math.max(1, (image.bytes() + GIB - 1) / GIB))
                .with("OSType", "linux")
                .with("ImageOwnerAlias", own ? "self" : "others")
                .with("ImageOwnerId", image.owner().value())
                .with("IsCopied", false)
                // Whether the owner shares it is the owner's business.
                .with("IsSelfShared", own && image.shared() ? "True" : "False")
                .with("IsPublic", false)
                .with("Usage", "none")
                .withObjects("Tags", "Tag", Answer.tags(image.tags()));
    }

    private static String progress(Image image) {
        if (image.isAvailable()) {
            return "100%";
        }
        return image.bytes() > 0 ? Math.min(99, image.bytesDone() * 100 / image.bytes()) + "%" : "0%";
    }
}
