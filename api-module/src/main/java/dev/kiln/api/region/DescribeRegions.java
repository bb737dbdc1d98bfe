package dev.kiln.api.region;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.rpc.Answer;
import dev.kiln.api.rpc.Call;
import dev.kiln.api.rpc.Operation;
import dev.kiln.region.RegionId;
import dev.kiln.region.Regions;
import java.util.Set;
import org.springframework.stereotype.Component;

/** Lists the regions that this installation has. */
@Component
class DescribeRegions implements Operation {

    private static final Set<String> RESOURCE_TYPES = Set.of("instance", "disk", "reservedinstance", "scu");
    private static final Set<String> LANGUAGES =
            Set.of("zh-CN", "en-US", "ja", "zh-TW", "de", "fr", "pt", "es", "ko", "ru");

    private final Regions regions;

    DescribeRegions(Regions regions) {
        this.regions = regions;
    }

    @Override
    public String name() {
        return "DescribeRegions";
    }

    @Override
    public Answer run(Call call) {
        var parameters = call.parameters();
        requireKnown(parameters.text("ResourceType").orElse("instance"), RESOURCE_TYPES, "ResourceType");
        requireKnown(parameters.text("AcceptLanguage").orElse("zh-CN"), LANGUAGES, "AcceptLanguage");
        return new Answer()
                .withObjects(
                        "Regions",
                        "Region",
                        regions.ids().stream().map(DescribeRegions::region).toList());
    }

    private static void requireKnown(String value, Set<String> known, String name) {
        if (!known.contains(value)) {
            throw new ApiException(
                    "Invalid" + name + ".NotFound",
                    404,
                    "The specified " + name + " " + Refusals.quoted(value) + " is not one of "
                            + String.join(", ", known.stream().sorted().toList()) + ".");
        }
    }

    private static Answer region(RegionId id) {
        return new Answer()
                .with("RegionId", id.value())
                .with("RegionEndpoint", "")
                .with("LocalName", id.value())
                .with("Status", "available");
    }
}
