package dev.kiln.api.region;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Field;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Shape;
import dev.kiln.region.RegionId;
import dev.kiln.region.Regions;
import java.util.List;
import org.springframework.stereotype.Component;

/** DescribeRegions. */
@Component
class DescribeRegions implements Operation<List<RegionId>> {

    private static final ErrorCode INVALID_LANGUAGE =
            new ErrorCode("InvalidAcceptLanguage.NotFound", 404, "not a language of the reference");
    private static final ErrorCode INVALID_RESOURCE =
            new ErrorCode("InvalidResourceType.NotFound", 404, "not a type of the reference");

    private static final Shape<RegionId> REGION = Shape.of(
            Field.text("RegionId", RegionId::value),
            Field.text("RegionEndpoint", region -> ""),
            Field.text("LocalName", RegionId::value),
            Field.text("Status", region -> "available"));

    private static final Declaration<List<RegionId>> DECLARATION = new Declaration<>(
            "DescribeRegions",
            "Lists the configured regions.",
            List.of(
                    Parameter.text("InstanceChargeType").checked(),
                    Parameter.oneOf("ResourceType", "instance", "disk", "reservedinstance", "scu")
                            .code(INVALID_RESOURCE)
                            .checked(),
                    Parameter.oneOf(
                                    "AcceptLanguage",
                                    "zh-CN",
                                    "en-US",
                                    "ja",
                                    "zh-TW",
                                    "de",
                                    "fr",
                                    "pt",
                                    "es",
                                    "ko",
                                    "ru")
                            .code(INVALID_LANGUAGE)
                            .checked()),
            List.of(INVALID_LANGUAGE, INVALID_RESOURCE),
            Shape.of(Field.objects("Regions", "Region", regions -> regions, REGION)));

    private final Regions regions;

    DescribeRegions(Regions regions) {
        this.regions = regions;
    }

    @Override
    public Declaration<List<RegionId>> declaration() {
        return DECLARATION;
    }

    @Override
    public List<RegionId> run(Call call) {
        return regions.ids();
    }
}
