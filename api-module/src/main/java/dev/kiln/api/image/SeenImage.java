package dev.kiln.api.image;

import dev.kiln.account.AccountId;
import dev.kiln.api.operation.Field;
import dev.kiln.api.operation.Shape;
import dev.kiln.api.operation.Tags;
import java.util.List;

/** An image as an account sees it, and its form in answers. */
record SeenImage(Image image, AccountId by) {

    private static final long GIB = 1L << 30;

    private static final Shape<Image> DISK = Shape.of(
            Field.text("Type", image -> "system"),
            Field.text("Size", image -> Long.toString(gibibytes(image))),
            Field.text("Progress", SeenImage::progress));

    private static final Shape<Image> FEATURES = Shape.of(
            Field.kept(ModifyImage.NVME_SUPPORT, Image::kept), Field.kept(ModifyImage.IMDS_SUPPORT, Image::kept));

    static final Shape<SeenImage> SHAPE = Shape.of(
            Field.text("ImageId", seen -> seen.image().id().value()),
            Field.text("ImageName", seen -> seen.image().name()),
            Field.text("ImageFamily", seen -> seen.image().family()),
            Field.text("ImageVersion", seen -> ""),
            Field.text("Description", seen -> seen.image().description()),
            Field.text("Status", seen -> seen.image().status()),
            Field.text("Progress", seen -> progress(seen.image())),
            Field.time("CreationTime", seen -> seen.image().createdAt()),
            Field.integer("Size", seen -> gibibytes(seen.image())),
            Field.text(
                    "Platform",
                    seen -> ImportImage.PLATFORM.in(seen.image().kept()).orElse("Others Linux")),
            Field.text("OSType", seen -> "linux"),
            Field.text("Architecture", seen -> seen.image().architecture()),
            Field.kept(ModifyImage.BOOT_MODE, seen -> seen.image().kept()),
            Field.kept(ModifyImage.LICENSE_TYPE, seen -> seen.image().kept()),
            Field.text("ResourceGroupId", seen -> seen.image().kept().getOrDefault("ResourceGroupId", "")),
            Field.text("ImageOwnerAlias", seen -> seen.isOwn() ? "self" : "others"),
            Field.integer("ImageOwnerId", seen -> seen.image().owner().value()),
            Field.flag("IsCopied", seen -> seen.image().copied()),
            // Only the owner learns whether the image is shared.
            Field.text("IsSelfShared", seen -> seen.isOwn() && seen.image().shared() ? "True" : "False"),
            Field.flag("IsSubscribed", seen -> false),
            Field.flag("IsPublic", seen -> false),
            Field.text("Usage", seen -> "none"),
            Field.flag("Usable", seen -> isFinished(seen.image())),
            Field.objects("DiskDeviceMappings", "DiskDeviceMapping", seen -> List.of(seen.image()), DISK),
            Field.object("Features", SeenImage::image, FEATURES),
            Field.objects("Tags", "Tag", seen -> seen.image().tags(), Tags.SHAPE));

    boolean isOwn() {
        return image.owner().equals(by);
    }

    private static boolean isFinished(Image image) {
        return image.shown() == Image.State.COPIED;
    }

    private static long gibibytes(Image image) {
        long bytes = Math.max(image.bytes(), image.form().diskBytes());
        return Math.max(1, (bytes + GIB - 1) / GIB);
    }

    private static String progress(Image image) {
        if (isFinished(image)) {
            return "100%";
        }
        return image.bytes() > 0 ? Math.min(99, image.bytesDone() * 100 / image.bytes()) + "%" : "0%";
    }
}
