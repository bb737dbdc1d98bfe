package dev.kiln.api.image;

import static dev.kiln.api.operation.Parameter.REGION_ID;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Done;
import dev.kiln.api.operation.Names;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Values;
import dev.kiln.image.ImageId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** ModifyImageAttribute. */
@Component
class ModifyImage implements Operation<Done> {

    static final ErrorCode INVALID_NAME =
            new ErrorCode("InvalidImageName.Malformed", 400, "the image's name is not valid");
    static final ErrorCode INVALID_DESCRIPTION =
            new ErrorCode("InvalidDescription.Malformed", 400, "the description is not valid");
    private static final ErrorCode INVALID_FAMILY =
            new ErrorCode("InvalidImageFamily.Malformed", 400, "ImageFamily is not valid");
    private static final ErrorCode INVALID_BOOT_MODE =
            new ErrorCode("InvalidBootMode.NotSupport", 400, "not BIOS, UEFI or UEFI-Preferred");
    private static final ErrorCode INVALID_LICENSE = new ErrorCode("InvalidLicenseType.NotSupported", 400, "not BYOL");
    private static final ErrorCode INVALID_IMDS =
            new ErrorCode("InvalidParameter.FeaturesImdsSupport", 400, "not v1 or v2");
    private static final ErrorCode NOT_AVAILABLE =
            new ErrorCode("ImageStatus.NotAvailable", 403, "only an available image can be deprecated");
    private static final ErrorCode NOT_DEPRECATED =
            new ErrorCode("ImageStatus.NotDeprecated", 403, "only a deprecated image can be made available again");
    private static final ErrorCode SHARED = new ErrorCode("ImageUseShared", 403, "a shared image cannot be deprecated");
    private static final ErrorCode IMDS_GOES_ON =
            new ErrorCode("InvalidOperation.FeaturesImdsSupportNotMatch", 403, "v2 cannot become v1 again");
    private static final ErrorCode UNFINISHED =
            new ErrorCode("InvalidStatus.ImageIsCreating", 403, "the image is not finished, or has failed");

    private static final Parameter<String> ID = Parameter.text("ImageId").required();
    private static final Parameter<String> NAME =
            Parameter.of("ImageName", Names.image()).code(INVALID_NAME);
    private static final Parameter<String> STATUS = Parameter.oneOf("Status", "Available", Image.DEPRECATED);
    private static final Parameter<String> FAMILY =
            Parameter.of("ImageFamily", Names.family()).code(INVALID_FAMILY);
    private static final Parameter<String> DESCRIPTION =
            Parameter.of("Description", Names.description()).code(INVALID_DESCRIPTION);
    static final Parameter<String> BOOT_MODE = Parameter.oneOf("BootMode", "BIOS", "UEFI", "UEFI-Preferred")
            .code(INVALID_BOOT_MODE)
            .kept();
    static final Parameter<String> LICENSE_TYPE =
            Parameter.oneOf("LicenseType", "BYOL").code(INVALID_LICENSE).kept();
    static final Parameter<String> NVME_SUPPORT =
            Parameter.oneOf("Features.NvmeSupport", "supported", "unsupported").kept();
    static final Parameter<String> IMDS_SUPPORT = Parameter.oneOf("Features.ImdsSupport", "v1", "v2")
            .code(INVALID_IMDS)
            .kept();

    private static final List<Parameter<?>> CHANGES =
            List.of(NAME, STATUS, FAMILY, DESCRIPTION, BOOT_MODE, LICENSE_TYPE, NVME_SUPPORT, IMDS_SUPPORT);

    private static final Declaration<Done> DECLARATION = new Declaration<>(
            "ModifyImageAttribute",
            "Changes attributes of an image of the account. Parameters that are missing or empty change nothing.",
            Stream.of(Stream.of(REGION_ID, ID), CHANGES.stream(), Stream.of(DryRun.DRY_RUN))
                    .<Parameter<?>>flatMap(parameters -> parameters)
                    .toList(),
            List.of(
                    INVALID_NAME,
                    INVALID_DESCRIPTION,
                    INVALID_FAMILY,
                    INVALID_BOOT_MODE,
                    INVALID_LICENSE,
                    INVALID_IMDS,
                    NOT_AVAILABLE,
                    NOT_DEPRECATED,
                    SHARED,
                    IMDS_GOES_ON,
                    UNFINISHED,
                    Refusals.IMAGE_NOT_FOUND,
                    DryRun.PASSED),
            Done.SHAPE);

    private final Images images;
    private final TransactionTemplate transaction;

    ModifyImage(Images images, TransactionTemplate transaction) {
        this.images = images;
        this.transaction = transaction;
    }

    @Override
    public Declaration<Done> declaration() {
        return DECLARATION;
    }

    @Override
    public Stream<ApiException> contradictions(Values given) {
        return CHANGES.stream().anyMatch(given::isGiven)
                ? Stream.empty()
                : Stream.of(
                        ErrorCode.MISSING_PARAMETER.because(
                                "Nothing is to be changed. Give ImageName, ImageFamily, Description, Status or another attribute."));
    }

    @Override
    public Done run(Call call) {
        var id = new ImageId(call.get(ID));
        transaction.executeWithoutResult(status -> {
            var image = images.lockOwn(id, call.account(), call.get(REGION_ID))
                    .orElseThrow(() -> Refusals.imageNotFound(id.value()));
            check(image, call);
            images.change(changed(image, call));
            DryRun.stop(call);
        });
        return Done.DONE;
    }

    private static void check(Image image, Call call) {
        if (!image.isAvailable()) {
            throw UNFINISHED.because("The specified image is " + image.status() + ". Wait until it is available.");
        }
        call.find(STATUS).ifPresent(status -> {
            if (status.equals(Image.DEPRECATED) == image.deprecated()) {
                throw (image.deprecated() ? NOT_AVAILABLE : NOT_DEPRECATED)
                        .because("The specified image is " + status + " already.");
            }
            if (!image.deprecated() && image.shared()) {
                throw SHARED.because("The specified image is shared with other accounts. Withdraw the shares first.");
            }
        });
        if (call.find(IMDS_SUPPORT).filter("v1"::equals).isPresent()
                && IMDS_SUPPORT.in(image.kept()).filter("v2"::equals).isPresent()) {
            throw IMDS_GOES_ON.because("Features.ImdsSupport of the specified image is v2, which stays.");
        }
    }

    private static Image changed(Image image, Call call) {
        Map<String, String> kept = new HashMap<>(image.kept());
        kept.putAll(call.kept());
        return image.changed(
                call.find(NAME).orElse(image.name()),
                call.find(FAMILY).orElse(image.family()),
                call.find(DESCRIPTION).orElse(image.description()),
                call.find(STATUS).map(Image.DEPRECATED::equals).orElse(image.deprecated()),
                kept);
    }
}
