package dev.kiln.api.image;

import static dev.kiln.api.operation.Parameter.REGION_ID;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Done;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.image.ImageId;
import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** CancelCopyImage. */
@Component
class CancelCopy implements Operation<Done> {

    private static final ErrorCode NO_COPY =
            new ErrorCode("ImageCreatedNotFromCopy", 400, "the image was not made by CopyImage");

    private static final Parameter<String> ID = Parameter.text("ImageId").required();

    private static final Declaration<Done> DECLARATION = new Declaration<>(
            "CancelCopyImage",
            "Stops a copy that waits or runs, and removes what exists of it. Removes a copy that has failed.",
            List.of(REGION_ID, ID),
            List.of(NO_COPY, CopyImage.STATUS, Refusals.IMAGE_NOT_FOUND),
            Done.SHAPE);

    private final Images images;
    private final ImageRemoval removal;
    private final TransactionTemplate transaction;

    CancelCopy(Images images, ImageRemoval removal, TransactionTemplate transaction) {
        this.images = images;
        this.removal = removal;
        this.transaction = transaction;
    }

    @Override
    public Declaration<Done> declaration() {
        return DECLARATION;
    }

    @Override
    public Done run(Call call) {
        var region = call.get(REGION_ID);
        var id = new ImageId(call.get(ID));
        transaction.executeWithoutResult(status -> {
            var image =
                    images.lockOwn(id, call.account(), region).orElseThrow(() -> Refusals.imageNotFound(id.value()));
            if (!image.copied()) {
                throw NO_COPY.because("The specified image " + id + " was not made by CopyImage.");
            }
            if (image.isAvailable()) {
                throw CopyImage.STATUS.because("The image copy has completed. DeleteImage removes it.");
            }
            images.markDeleted(id);
        });
        removal.remove(id, region);
        return Done.DONE;
    }
}
