package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TemplatesIT {

    private final ApiServer server = ApiServer.shared();
    private final WireClient client = server.newAccount();
    private final TestObjects objects = new TestObjects(server, client);

    @Test
    void everythingGivenIsReturned() {
        var base = objects.image("base");
        var made = client.call(
                "CreateImagePipeline",
                "BaseImageType",
                "IMAGE",
                "BaseImage",
                base,
                "Name",
                "黄金镜像",
                "Description",
                "made by <us>",
                "BuildContent",
                "RUN echo \"a\"\nRUN true",
                "TestContent",
                "RUN true",
                "ToRegionId.1",
                "cn-hangzhou",
                "ToRegionId.2",
                "cn-beijing",
                "AddAccount.1",
                "1234567890",
                "AddAccount.2",
                "2345678901",
                "VSwitchId",
                "vsw-1",
                "InstanceType",
                "ecs.g6.large",
                "SystemDiskSize",
                "50",
                "InternetMaxBandwidthOut",
                "10",
                "DeleteInstanceOnFailure",
                "false",
                "ResourceGroupId",
                "rg-1",
                "Tag.1.Key",
                "team",
                "Tag.1.Value",
                "golden images",
                "Tag.2.Key",
                "empty",
                "Tag.2.Value",
                "",
                "TemplateTag.1.Key",
                "ignored",
                "RepairMode",
                "Customized",
                "RepairItem.1",
                "fstab",
                "RepairItem.2",
                "grub",
                "ImageOptions.ImageName",
                "golden",
                "ImageOptions.ImageFamily",
                "family",
                "ImageOptions.Description",
                "a golden image",
                "ImageOptions.ImageFeatures.NvmeSupport",
                "auto",
                "ImageOptions.ImageTags.1.Key",
                "os",
                "ImageOptions.ImageTags.1.Value",
                "linux",
                "AdvancedOptions.RetainCloudAssistant",
                "true",
                "AdvancedOptions.ImageNameSuffix",
                "disable",
                "OwnerId",
                "17");
        assertThat(made.status()).as(made.text()).isEqualTo(200);
        var listed = client.call("DescribeImagePipelines", "ImagePipelineId.1", made.at("ImagePipelineId"));
        assertThat(listed.at("TotalCount")).isEqualTo("1");
        var set = "ImagePipeline/ImagePipelineSet/0/";
        assertThat(listed.at(set + "Name")).isEqualTo("黄金镜像");
        assertThat(listed.at(set + "Description")).isEqualTo("made by <us>");
        assertThat(listed.at(set + "BuildContent")).isEqualTo("RUN echo \"a\"\nRUN true");
        assertThat(listed.at(set + "TestContent")).isEqualTo("RUN true");
        assertThat(listed.at(set + "ToRegionIds/ToRegionId/1")).isEqualTo("cn-beijing");
        assertThat(listed.json().at("/" + set + "AddAccounts/AddAccount/1").isString())
                .isTrue();
        assertThat(listed.at(set + "AddAccounts/AddAccount/1")).isEqualTo("2345678901");
        assertThat(listed.at(set + "VSwitchId")).isEqualTo("vsw-1");
        assertThat(listed.at(set + "SystemDiskSize")).isEqualTo("50");
        assertThat(listed.at(set + "InternetMaxBandwidthOut")).isEqualTo("10");
        assertThat(listed.at(set + "DeleteInstanceOnFailure")).isEqualTo("false");
        assertThat(listed.at(set + "ResourceGroupId")).isEqualTo("rg-1");
        assertThat(listed.at(set + "Tags/Tag/0/TagValue")).isEqualTo("golden images");
        assertThat(listed.at(set + "Tags/Tag/1/TagKey")).isEqualTo("empty");
        assertThat(listed.at(set + "RepairItems/RepairItem/1")).isEqualTo("grub");
        assertThat(listed.at(set + "ImageOptions/ImageName")).isEqualTo("golden");
        assertThat(listed.at(set + "ImageName")).isEqualTo("golden");
        assertThat(listed.at(set + "ImageOptions/ImageTags/ImageTag/0/TagValue"))
                .isEqualTo("linux");
        assertThat(listed.at(set + "ImageOptions/ImageFeatures/NvmeSupport")).isEqualTo("auto");
        assertThat(listed.at(set + "AdvancedOptions/ImageNameSuffix")).isEqualTo("disable");
        assertThat(listed.at(set + "AdvancedOptions/RetainCloudAssistant")).isEqualTo("true");
        assertThat(listed.at(set + "CreationTime")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
    }

    @Test
    void theNameIsTheIdWhenNoneIsGiven() {
        var id = objects.template(objects.image("base"));
        var listed = client.call("DescribeImagePipelines", "Name", id.replace("ip-", "ip-"));
        assertThat(listed.at("ImagePipeline/ImagePipelineSet/0/ImagePipelineId"))
                .isEqualTo(id);
    }

    @Test
    void aFamilyNeedsAnAvailableImageOfOnesOwn() {
        objects.image("base", "debian");
        var made = client.call("CreateImagePipeline", "BaseImageType", "IMAGE_FAMILY", "BaseImage", "debian");
        assertThat(made.status()).as(made.text()).isEqualTo(200);
        assertThat(client.call("CreateImagePipeline", "BaseImageType", "IMAGE_FAMILY", "BaseImage", "none")
                        .refusal())
                .isEqualTo("404 InvalidImage.NotFound");
    }

    @Test
    void pagesFollowOneAnotherAndTokensFitTheirListingAlone() {
        var base = objects.image("base");
        for (var at = 0; at < 5; at++) {
            objects.template(base);
        }
        var first = client.call("DescribeImagePipelines", "MaxResults", "2");
        var second = client.call("DescribeImagePipelines", "MaxResults", "2", "NextToken", first.at("NextToken"));
        var third = client.call("DescribeImagePipelines", "MaxResults", "2", "NextToken", second.at("NextToken"));
        assertThat(first.at("TotalCount")).isEqualTo("5");
        assertThat(third.at("NextToken")).isEmpty();
        var set = "ImagePipeline/ImagePipelineSet/";
        assertThat(java.util.List.of(
                        first.at(set + "0/ImagePipelineId"),
                        first.at(set + "1/ImagePipelineId"),
                        second.at(set + "0/ImagePipelineId"),
                        second.at(set + "1/ImagePipelineId"),
                        third.at(set + "0/ImagePipelineId")))
                .doesNotHaveDuplicates()
                .doesNotContain("");
        assertThat(client.call("DescribeImagePipelines", "Name", "other", "NextToken", first.at("NextToken"))
                        .refusal())
                .isEqualTo("403 Invalid.NextToken");
        assertThat(server.newAccount()
                        .call("DescribeImagePipelines", "NextToken", first.at("NextToken"))
                        .refusal())
                .isEqualTo("403 Invalid.NextToken");
    }

    @Test
    void deletingTakesExecutionsAndPublishedEventsAlongButNotImages() {
        var base = objects.image("base");
        var template = objects.template(base);
        var execution = objects.start(template);
        assertThat(client.call("DeleteImagePipeline", "ImagePipelineId", template)
                        .refusal())
                .isEqualTo("403 InvalidImagePipeline.HasRunningExecution");
        objects.finish(execution, "SUCCESS");
        assertThat(client.call("DeleteImagePipeline", "ImagePipelineId", template)
                        .status())
                .isEqualTo(200);
        assertThat(client.call("DescribeImagePipelines", "ImagePipelineId.1", template)
                        .at("TotalCount"))
                .isEqualTo("0");
        assertThat(client.call("DescribeImagePipelineExecutions", "ExecutionId", execution)
                        .at("TotalCount"))
                .isEqualTo("0");
        assertThat(client.call("DescribeImages", "ImageId", base).at("TotalCount"))
                .isEqualTo("1");
        assertThat(client.call("DeleteImagePipeline", "ImagePipelineId", template)
                        .refusal())
                .isEqualTo("404 InvalidImagePipeline.NotFound");
    }
}
