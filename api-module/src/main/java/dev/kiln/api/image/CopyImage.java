package dev.kiln.api.image;

import static dev.kiln.api.operation.Parameter.REGION_ID;

import dev.kiln.api.account.Quotas;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Field;
import dev.kiln.api.operation.Names;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Scalar;
import dev.kiln.api.operation.Shape;
import dev.kiln.api.operation.Tags;
import dev.kiln.api.rpc.ClientTokens;
import dev.kiln.api.rpc.NewId;
import dev.kiln.image.ImageId;
import dev.kiln.region.RegionId;
import dev.kiln.region.Regions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** CopyImage. */
@Component
class CopyImage implements Operation<ImageId> {

    private static final ErrorCode NO_DESTINATION =
            new ErrorCode("DestinationRegion.NotFound", 400, "the region is not configured");
    static final ErrorCode STATUS = new ErrorCode(
            "IncorrectImageStatus",
            400,
            "the image is not available, or is in a cloud; for CancelCopyImage: the copy is complete");
    private static final ErrorCode ENCRYPTED =
            new ErrorCode("InvalidParameter.EncryptedIllegal", 400, "Encrypted is true: Kiln does not encrypt images");

    private static final Parameter<String> ID = Parameter.text("ImageId").required();
    private static final Parameter<RegionId> DESTINATION =
            Parameter.region("DestinationRegionId").code(NO_DESTINATION);
    private static final Parameter<String> NAME =
            Parameter.of("DestinationImageName", Names.image()).code(ModifyImage.INVALID_NAME);
    private static final Parameter<String> DESCRIPTION =
            Parameter.of("DestinationDescription", Names.description()).code(ModifyImage.INVALID_DESCRIPTION);
    private static final Parameter<Boolean> PLAIN = Parameter.of(
                    "Encrypted",
                    new Scalar<>(
                            "boolean",
                            "false",
                            text -> Optional.of(false).filter(no -> text.equalsIgnoreCase("false"))))
            .code(ENCRYPTED)
            .refused();

    private static final Parameter<String> GROUP =
            Parameter.of("ResourceGroupId", Names.elsewhere()).kept();

    private static final Declaration<ImageId> DECLARATION = new Declaration<>(
            "CopyImage",
            "Copies an image of the account, or one that is shared with it, into a region. The copy belongs to the"
                    + " account. The answer comes at once; the copy's Status shows its progress. At most five copies"
                    + " into a region run at a time; others wait.",
            List.of(
                    REGION_ID,
                    ID,
                    DESTINATION,
                    NAME,
                    DESCRIPTION,
                    PLAIN,
                    Parameter.text("KMSKeyId").checked(),
                    Parameter.text("EncryptAlgorithm").checked(),
                    GROUP,
                    Tags.TAG,
                    ClientTokens.CLIENT_TOKEN,
                    DryRun.DRY_RUN),
            List.of(
                    NO_DESTINATION,
                    STATUS,
                    DeleteImage.UNDER_WAY,
                    ModifyImage.INVALID_NAME,
                    ModifyImage.INVALID_DESCRIPTION,
                    ENCRYPTED,
                    Quotas.IMAGES,
                    Refusals.IMAGE_NOT_FOUND,
                    ClientTokens.MISMATCH,
                    DryRun.PASSED),
            Shape.of(Field.text("ImageId", ImageId::value)));

    private final ClientTokens tokens;
    private final Images images;
    private final Regions regions;
    private final Quotas quotas;

    CopyImage(ClientTokens tokens, Images images, Regions regions, Quotas quotas) {
        this.tokens = tokens;
        this.images = images;
        this.regions = regions;
        this.quotas = quotas;
    }

    @Override
    public Declaration<ImageId> declaration() {
        return DECLARATION;
    }

    @Override
    public ImageId run(Call call) {
        var made = tokens.once(call, NewId.image().value(), newId -> {
            begin(call, new ImageId(newId));
            return newId;
        });
        return new ImageId(made);
    }

    static void refuseElsewhere(Image image) {
        if (!image.artifact().isEmpty()) {
            throw STATUS.because("The specified image is " + image.artifact() + " in the cloud that Packer made it in;"
                    + " Kiln has no bytes of it to copy or export.");
        }
    }

    /** What an execution takes back takes the orders along that have begun meanwhile. */
    static void refuseRevocable(Images images, ImageId id) {
        if (images.isRevocable(id)) {
            throw DeleteImage.UNDER_WAY.because("The execution that makes the specified image " + id
                    + " is still under way, and may take it back. Wait until that has ended.");
        }
    }

    /** Attributes of the source's content hold for the copy, too; its resource group does not. */
    private static Map<String, String> kept(Image source, Call call) {
        Map<String, String> kept = new HashMap<>(source.kept());
        kept.remove(GROUP.name());
        kept.putAll(call.kept());
        return kept;
    }

    private void begin(Call call, ImageId copy) {
        var id = new ImageId(call.get(ID));
        var source = images.hold(id, call.account())
                .filter(image -> image.region().equals(call.get(REGION_ID)))
                .orElseThrow(() -> Refusals.imageNotFound(id.value()));
        if (!source.isAvailable() || source.deprecated()) {
            throw STATUS.because(
                    "The specified image is " + source.status() + ". Only an available one can be copied.");
        }
        refuseElsewhere(source);
        refuseRevocable(images, id);
        var destination = call.find(DESTINATION).orElse(call.get(REGION_ID));
        if (regions.find(destination).isEmpty()) {
            throw NO_DESTINATION.because("The specified DestinationRegionId " + Refusals.quoted(destination.value())
                    + " does not exist. DescribeRegions lists those that do.");
        }
        var said = new Images.Upload(
                call.account(),
                destination,
                call.find(NAME).orElse(source.name()),
                "",
                call.find(DESCRIPTION).orElse(source.description()));
        quotas.image(call.account(), () -> {
            DryRun.stop(call);
            images.addCopy(copy, source, said, call.get(Tags.TAG), kept(source, call));
        });
    }
}
