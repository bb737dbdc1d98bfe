package dev.kiln.api.template;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.image.BucketObjects;
import dev.kiln.api.image.Images;
import dev.kiln.api.rpc.NewId;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.Executions;
import dev.kiln.template.Template;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** The import of a base image by each execution of a template whose BaseImageType is OSS. */
@Component
public final class TemplateImport {

    public static final ErrorCode OBJECT_NOT_FOUND = new ErrorCode(
            "InvalidImagePipeline.OSSObjectNotFound",
            404,
            "the object of ImportImageOptions does not exist, or the account may not use it");

    private final BucketObjects objects;
    private final Images images;
    private final Executions executions;

    TemplateImport(BucketObjects objects, Images images, Executions executions) {
        this.objects = objects;
        this.images = images;
        this.executions = executions;
    }

    /** The object to import; refuses if it does not exist. */
    public Images.Import require(Template template) {
        var disk = ImportParameters.DISKS
                .in(template.kept())
                .map(disks -> disks.get(0))
                .orElseThrow(() -> OBJECT_NOT_FOUND.because("The template names nothing to import."));
        return objects.find(disk.bucket(), disk.object(), template.region(), template.account())
                .orElseThrow(() -> OBJECT_NOT_FOUND.because("The object " + Refusals.quoted(disk.object())
                        + " of bucket " + Refusals.quoted(disk.bucket())
                        + " that the template imports does not exist in "
                        + template.region() + ", or is not for this account."));
    }

    /** Adds the row of the image, which a worker fills, for an execution that was started in the same transaction. */
    public void begin(Template template, ExecutionId execution, Images.Import from) {
        var kept = template.kept();
        var image = NewId.image();
        var name = ImportParameters.IMAGE_NAME.in(kept).orElse("imported_" + execution);
        var description = ImportParameters.DESCRIPTION.in(kept).orElse("");
        images.addImport(
                image,
                new Images.Upload(template.account(), template.region(), name, "", description),
                from.of(ImportParameters.ARCHITECTURE.in(kept)),
                ImportParameters.TAGS.in(kept).orElse(List.of()),
                ImportParameters.ofTheImage(kept));
        executions.importsBase(execution, image, retention(kept));
    }

    /** When the image is kept, as a value of the column execution.imported_kept. */
    private static String retention(Map<String, String> kept) {
        // RetainImportedImage is the older form, and counts only if the newer one is not given.
        var always = !kept.containsKey(ImportParameters.RETENTION.name())
                && ImportParameters.RETAIN.in(kept).orElse(false);
        return switch (ImportParameters.RETENTION.in(kept).orElse("")) {
            case "RetainAlways" -> "ALWAYS";
            case "RetainOnlySuccessful" -> "AFTER_SUCCESS";
            case "RetainOnlyFailed" -> "AFTER_FAILURE";
            default -> always ? "ALWAYS" : "NEVER";
        };
    }
}
