package dev.kiln.api.image;

import dev.kiln.api.ApiSettings;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import dev.kiln.api.operation.Names;
import dev.kiln.api.operation.Scalar;
import dev.kiln.api.rest.UploadBody;
import dev.kiln.api.rpc.NewId;
import dev.kiln.api.signature.Caller;
import dev.kiln.image.ImageId;
import dev.kiln.image.ImageKeys;
import dev.kiln.region.Regions;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Uploads and downloads of images. */
@RestController
class ImageController {

    private static final Scalar<String> DESCRIPTION =
            Scalar.text("at most 256 characters", text -> text.codePointCount(0, text.length()) <= 256);

    private final Images images;
    private final ImageUpload upload;
    private final Regions regions;
    private final ApiSettings settings;
    private final JsonMapper json;

    ImageController(Images images, ImageUpload upload, Regions regions, ApiSettings settings, JsonMapper json) {
        this.images = images;
        this.upload = upload;
        this.regions = regions;
        this.settings = settings;
        this.json = json;
    }

    /** The image that was uploaded. */
    record Taken(String imageId, String digest, long bytes) {}

    @PostMapping("/api/v1/images")
    @ResponseStatus(HttpStatus.CREATED)
    Taken upload(
            @RequestAttribute("dev.kiln.caller") Caller caller,
            @RequestParam("name") String name,
            @RequestParam(name = "family", required = false, defaultValue = "") String family,
            @RequestParam(name = "description", required = false, defaultValue = "") String description,
            @RequestParam("regionId") String regionId,
            HttpServletRequest request)
            throws IOException {
        if (name.isEmpty()) {
            throw Refusals.missing("name");
        }
        check(Names.name(128), "name", name, "ImageName.Malformed");
        check(Names.family(), "family", family, "ImageFamily.Malformed");
        check(DESCRIPTION, "description", description, "Description.Malformed");
        var region = Scalar.region().reading().apply(regionId).orElseThrow(() -> Refusals.regionNotFound(regionId));
        var store = regions.find(region).orElseThrow(() -> Refusals.regionNotFound(regionId));
        var id = NewId.image();
        var what = new Images.Upload(caller.account(), region, name, family, description);
        var stored = upload.take(id, what, store, UploadBody.of(request, settings.uploadLimit()));
        return new Taken(id.value(), stored.digest().value(), stored.bytes());
    }

    private static void check(Scalar<String> form, String name, String value, String code) {
        if (!value.isEmpty() && form.reading().apply(value).isEmpty()) {
            throw Refusals.invalid(ErrorCode.invalid(code), name, value, "it has to be " + form.rule());
        }
    }

    /**
     * An image as it is shown.
     *
     * @param form ARCHIVE, or the format of the disk
     * @param diskBytes size of the disk; 0 for an archive
     * @param artifact its name in the cloud that has it instead of the region; empty unless Packer made it
     * @param failure why it could not be copied or imported; empty otherwise
     */
    record Shown(
            String imageId,
            String name,
            String family,
            String description,
            String regionId,
            String ownerId,
            String status,
            String failure,
            String digest,
            long bytes,
            String form,
            long diskBytes,
            String artifact,
            String sourceImageId,
            String createdAt,
            JsonNode metadata) {}

    @GetMapping("/api/v1/images/{id}")
    Shown show(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String id) {
        var image = find(id, caller);
        var metadata = images.metadata(image.id()).orElseThrow(() -> Refusals.imageNotFound(id));
        return new Shown(
                image.id().value(),
                image.name(),
                image.family(),
                image.description(),
                image.region().value(),
                image.owner().toString(),
                image.shown().wire(),
                image.failure(),
                image.digest().map(Object::toString).orElse(""),
                image.bytes(),
                image.form().kind().name(),
                image.form().diskBytes(),
                image.artifact(),
                image.sourceImage(),
                image.createdAt().toString(),
                json.readTree(metadata));
    }

    @GetMapping("/api/v1/images/{id}/content")
    void download(
            @RequestAttribute("dev.kiln.caller") Caller caller,
            @PathVariable("id") String id,
            @RequestHeader(name = "Range", required = false, defaultValue = "") String range,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        var image = find(id, caller);
        if (!image.isAvailable()) {
            throw Refusals.imageNotFound(id);
        }
        if (!image.artifact().isEmpty()) {
            throw RestCodes.ELSEWHERE.because("The image is " + image.artifact() + " in the cloud that Packer made it"
                    + " in; Kiln has no bytes of it. Get it there.");
        }
        var store = regions.find(image.region()).orElseThrow(() -> Refusals.regionAway(image.region()));
        var part = ByteRange.of(range, image.bytes());
        var digest = image.digest().orElseThrow(() -> new IllegalStateException(id + " is available without a digest"));
        try (var bytes = part.open(store, ImageKeys.image(image.id()), digest)) {
            announce(image, part, response);
            // For a HEAD the container would drop the bytes, but only after all of them were read.
            if (!request.getMethod().equals("HEAD")) {
                part.copy(bytes, response.getOutputStream());
            }
        }
    }

    private static void announce(Image image, ByteRange range, HttpServletResponse response) {
        var digest = image.digest().map(Object::toString).orElse("");
        response.setStatus(range.isWhole() ? 200 : 206);
        response.setContentType("application/octet-stream");
        response.setContentLengthLong(range.length());
        response.setHeader("ETag", "\"" + digest + "\"");
        response.setHeader("Kiln-Digest", digest);
        response.setHeader("Accept-Ranges", "bytes");
        if (!range.isWhole()) {
            response.setHeader("Content-Range", range.header());
        }
    }

    private Image find(String id, Caller caller) {
        return images.find(new ImageId(id), caller.account()).orElseThrow(() -> Refusals.imageNotFound(id));
    }
}
