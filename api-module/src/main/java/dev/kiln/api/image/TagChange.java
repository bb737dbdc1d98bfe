package dev.kiln.api.image;

import dev.kiln.api.operation.Call;
import dev.kiln.image.ImageId;
import dev.kiln.template.Tag;
import java.util.List;
import java.util.function.Function;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Gives several images other tags: all of them, or none. */
@Component
class TagChange {

    private final Images images;
    private final TransactionTemplate transaction;

    TagChange(Images images, TransactionTemplate transaction) {
        this.images = images;
        this.transaction = transaction;
    }

    /** The images that a call names get what the function makes of each. */
    void run(Call call, Function<Image, List<Tag>> tags) {
        // In one order for all callers, so that two of them cannot wait for each other.
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
