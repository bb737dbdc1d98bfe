package dev.kiln.api.image;

import dev.kiln.api.operation.Call;
import dev.kiln.image.ImageId;
import dev.kiln.template.Tag;
import java.util.List;
import java.util.function.Function;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Changes the tags of several images: all of them, or none. */
@Component
class TagChange {

    private final Images images;
    private final TransactionTemplate transaction;

    TagChange(Images images, TransactionTemplate transaction) {
        this.images = images;
        this.transaction = transaction;
    }

    /** Replaces the tags of each image in the call with the function's result. */
    void run(Call call, Function<Image, List<Tag>> tags) {
        // Sorted, so that two callers cannot deadlock.
        var ids = call.get(TagParameters.REQUIRED_IDS).stream()
                .distinct()
                .sorted()
                .toList();
        transaction.executeWithoutResult(status -> ids.forEach(id -> {
            var image = images.lockOwn(new ImageId(id), call.account(), call.get(TagParameters.REGION))
                    .orElseThrow(() -> TagParameters.notFound(new ImageId(id)));
            images.change(image.tagged(tags.apply(image)));
        }));
    }
}
