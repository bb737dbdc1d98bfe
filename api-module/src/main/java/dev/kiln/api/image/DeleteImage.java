package dev.kiln.api.image;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.rpc.Answer;
import dev.kiln.api.rpc.Call;
import dev.kiln.api.rpc.Operation;
import dev.kiln.image.ImageId;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** DeleteImage. */
@Component
class DeleteImage implements Operation {

    private final Images images;
    private final ImageRemoval removal;
    private final TransactionTemplate transaction;

    DeleteImage(Images images, ImageRemoval removal, TransactionTemplate transaction) {
        this.images = images;
        this.removal = removal;
        this.transaction = transaction;
    }

    @Override
    public String name() {
        return "DeleteImage";
    }

    @Override
    public Answer run(Call call) {
        var region = call.parameters().region();
        var id = new ImageId(call.parameters().required("ImageId"));
        var force = call.parameters().flag("Force", false);
        var dryRun = call.parameters().flag("DryRun", false);
        transaction.executeWithoutResult(status -> {
            var image =
                    images.lockOwn(id, call.account(), region).orElseThrow(() -> Refusals.imageNotFound(id.value()));
            check(image, force);
            DryRun.stop(dryRun);
            images.markDeleted(id);
        });
        removal.remove(id, region);
        return new Answer();
    }

    private void check(Image image, boolean force) {
        var underWay = image.state() == Image.State.PENDING || image.state() == Image.State.COPYING;
        if (underWay || images.isOfRunningExecution(image.id())) {
            throw new ApiException(
                    "OperationDenied.ImageCopying",
                    403,
                    "The specified image " + image.id()
                            + " is being made or distributed by an execution. Wait until that has ended, or cancel it.");
        }
        if (image.shared() && !force) {
            throw new ApiException(
                    "ImageUseShared",
                    403,
                    "The specified image " + image.id()
                            + " is shared with other accounts. Withdraw the shares first, or say Force=true.");
        }
    }
}
