package dev.kiln.api.image;

import static dev.kiln.api.operation.Parameter.list;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Scalar;
import dev.kiln.image.ImageId;
import dev.kiln.region.RegionId;
import java.util.List;

/** The parameters and codes of the operations on tags. Of the resources that the vendor tags, Kiln has only images. */
final class TagParameters {

    static final int MOST_TAGS = 20;

    static final ErrorCode TOO_MANY_IDS = new ErrorCode("NumberExceed.ResourceIds", 400, "more than 50 ids");
    static final ErrorCode TOO_MANY_TAGS = new ErrorCode("NumberExceed.Tags", 400, "more than 20 tags or keys");
    static final ErrorCode UNKNOWN_TYPE = new ErrorCode("InvalidResourceType.NotFound", 404, "unknown ResourceType");
    static final ErrorCode NOT_FOUND =
            new ErrorCode("InvalidResourceId.NotFound", 404, "the account has no such image in the region");
    static final ErrorCode MISSING_IDS = missing("ResourceIds");
    static final ErrorCode MISSING_TYPE = missing("ResourceType");
    static final ErrorCode MISSING_REGION = missing("RegionId");
    static final ErrorCode MISSING_TAGS = missing("Tags");

    static final Parameter<RegionId> REGION = Parameter.region("RegionId").required(MISSING_REGION);
    static final Parameter<String> TYPE = Parameter.of("ResourceType", Scalar.oneOfInAnyCase("image"))
            .code(UNKNOWN_TYPE)
            .required(MISSING_TYPE);
    static final Parameter<List<String>> IDS = list("ResourceId", Scalar.text(), 50, TOO_MANY_IDS);
    static final Parameter<List<String>> REQUIRED_IDS = IDS.required(MISSING_IDS);

    private TagParameters() {}

    private static ErrorCode missing(String parameter) {
        return new ErrorCode("MissingParameter." + parameter, 404, parameter + " is missing");
    }

    static RuntimeException notFound(ImageId image) {
        return NOT_FOUND.because(
                "The specified ResourceId " + Refusals.quoted(image.value()) + " does not exist in this region.");
    }
}
