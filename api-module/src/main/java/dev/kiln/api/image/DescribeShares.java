package dev.kiln.api.image;

import dev.kiln.api.error.Refusals;
import dev.kiln.api.rpc.Answer;
import dev.kiln.api.rpc.Call;
import dev.kiln.api.rpc.Operation;
import dev.kiln.image.ImageId;
import java.util.List;
import org.springframework.stereotype.Component;

/** DescribeImageSharePermission; only the owner is told. */
@Component
class DescribeShares implements Operation {

    private final Images images;
    private final Shares shares;

    DescribeShares(Images images, Shares shares) {
        this.images = images;
        this.shares = shares;
    }

    @Override
    public String name() {
        return "DescribeImageSharePermission";
    }

    @Override
    public Answer run(Call call) {
        var region = call.parameters().region();
        var id = new ImageId(call.parameters().required("ImageId"));
        var own = images.find(id, call.account())
                .filter(image ->
                        image.owner().equals(call.account()) && image.region().equals(region));
        if (own.isEmpty()) {
            throw Refusals.imageNotFound(id.value());
        }
        var size = call.parameters().integer("PageSize", 10, 1, 100, "InvalidPageSize");
        var page = call.parameters().integer("PageNumber", 1, 1, Integer.MAX_VALUE, "InvalidPageNumber");
        var accounts = shares.list(id, size, (page - 1L) * size).stream()
                .map(share -> new Answer()
                        .with("AliyunId", share.account().toString())
                        .with("SharedTime", share.since()))
                .toList();
        return new Answer()
                .with("ImageId", id.value())
                .with("RegionId", region.value())
                .with("TotalCount", shares.count(id))
                .with("PageNumber", page)
                .with("PageSize", size)
                .withObjects("Accounts", "Account", accounts)
                .withObjects("ShareGroups", "ShareGroup", List.of());
    }
}
