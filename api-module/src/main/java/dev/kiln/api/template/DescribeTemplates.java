package dev.kiln.api.template;

import dev.kiln.account.AccountId;
import dev.kiln.api.rpc.Answer;
import dev.kiln.api.rpc.Call;
import dev.kiln.api.rpc.Operation;
import dev.kiln.api.rpc.PagingTokens;
import dev.kiln.region.RegionId;
import dev.kiln.template.Template;
import java.util.List;
import org.springframework.stereotype.Component;

/** DescribeImagePipelines. */
@Component
class DescribeTemplates implements Operation {

    private static final int MAX_IDS = 20;

    private final Templates templates;
    private final PagingTokens pagingTokens;

    DescribeTemplates(Templates templates, PagingTokens pagingTokens) {
        this.templates = templates;
        this.pagingTokens = pagingTokens;
    }

    @Override
    public String name() {
        return "DescribeImagePipelines";
    }

    @Override
    public Answer run(Call call) {
        var parameters = call.parameters();
        var filter = new Templates.Filter(
                call.account(),
                parameters.region(),
                parameters.list("ImagePipelineId", MAX_IDS, "InvalidImagePipelineIdSize.ExceededMaxNumber"),
                TemplateForm.name(parameters).orElse(""),
                parameters.text("ResourceGroupId").orElse(""),
                parameters.tags("Tag"));
        var size = parameters.integer("MaxResults", 50, 1, 500, "InvalidMaxResults");
        var found = templates.list(filter, pagingTokens.read(call), size + 1);
        var page = found.subList(0, Math.min(size, found.size()));
        return new Answer()
                .with("TotalCount", templates.count(filter))
                .with("MaxResults", size)
                .with("NextToken", found.size() > size ? next(call, page.get(size - 1)) : "")
                .withObjects(
                        "ImagePipeline",
                        "ImagePipelineSet",
                        page.stream().map(DescribeTemplates::answer).toList());
    }

    private String next(Call call, Template last) {
        return pagingTokens.write(
                call, new PagingTokens.Position(last.createdAt(), last.id().value()));
    }

    private static Answer answer(Template template) {
        var kept = template.kept();
        var answer = new Answer()
                .with("ImagePipelineId", template.id().value())
                .with("Name", template.name())
                .with("Description", template.description())
                .with("CreationTime", template.createdAt())
                .with("ResourceGroupId", kept.getOrDefault("ResourceGroupId", ""))
                .with("BaseImageType", template.baseImageType().name())
                .with("BaseImage", template.baseImage())
                .with("BuildContent", template.buildContent())
                .with("TestContent", template.testContent())
                .with("RepairMode", kept.getOrDefault("RepairMode", ""))
                .withTexts("RepairItems", "RepairItem", items(kept.getOrDefault("RepairItem", "")))
                .with("InstanceType", kept.getOrDefault("InstanceType", ""))
                .with("VSwitchId", kept.getOrDefault("VSwitchId", ""))
                .with("SystemDiskSize", template.diskGib())
                .with("InternetMaxBandwidthOut", template.networkMbit())
                .with("DeleteInstanceOnFailure", flag(kept.getOrDefault("DeleteInstanceOnFailure", "true")));
        return withTargets(answer, template);
    }

    private static Answer withTargets(Answer answer, Template template) {
        var options = template.imageOptions();
        var nvme = template.kept().getOrDefault("NvmeSupport", "");
        return answer.withTexts(
                        "ToRegionIds",
                        "ToRegionId",
                        template.toRegions().stream().map(RegionId::value).toList())
                .withTexts(
                        "AddAccounts",
                        "AddAccount",
                        template.addAccounts().stream().map(AccountId::toString).toList())
                .withObjects("Tags", "Tag", Answer.tags(template.tags()))
                .with("ImageName", options.name())
                .with("ImageFamily", options.family())
                .with("NvmeSupport", nvme)
                .with("AdvancedOptions", advancedOptions(template))
                .with(
                        "ImageOptions",
                        new Answer()
                                .with("ImageName", options.name())
                                .with("ImageFamily", options.family())
                                .with("Description", options.description())
                                .with("ImageFeatures", new Answer().with("NvmeSupport", nvme))
                                .withObjects("ImageTags", "ImageTag", Answer.tags(options.tags())));
    }

    private static Answer advancedOptions(Template template) {
        return new Answer()
                .with("ImageNameSuffix", template.imageOptions().suffix() ? "" : "disable")
                .with(
                        "RetainCloudAssistant",
                        flag(template.kept().getOrDefault("AdvancedOptions.RetainCloudAssistant", "false")));
    }

    private static boolean flag(String value) {
        return Boolean.parseBoolean(value);
    }

    private static List<String> items(String joined) {
        return joined.isEmpty() ? List.of() : List.of(joined.split(","));
    }
}
