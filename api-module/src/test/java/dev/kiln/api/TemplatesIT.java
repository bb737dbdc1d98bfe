package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TemplatesIT {

    private final ApiServer server = ApiServer.shared();
    private final WireClient client = server.newAccount();
    private final TestObjects objects = new TestObjects(server, client);

    /** A parameter and its value a line. */
    private static final String GIVEN = """
            BaseImageType=IMAGE
            Name=黄金镜像
            Description=made by <us>
            BuildContent=RUN echo "a"
            TestContent=RUN true
            ToRegionId.1=cn-hangzhou
            ToRegionId.2=cn-beijing
            AddAccount.1=1234567890
            AddAccount.2=2345678901
            VSwitchId=vsw-1
            InstanceType=ecs.g6.large
            SystemDiskSize=50
            InternetMaxBandwidthOut=10
            DeleteInstanceOnFailure=false
            ResourceGroupId=rg-1
            Tag.1.Key=team
            Tag.1.Value=golden images
            Tag.2.Key=empty
            Tag.2.Value=
            TemplateTag.1.Key=ignored
            RepairMode=Customized
            RepairItem.1=fstab
            RepairItem.2=grub
            ImageOptions.ImageName=golden
            ImageOptions.ImageFamily=family
            ImageOptions.Description=a golden image
            ImageOptions.ImageFeatures.NvmeSupport=auto
            ImageOptions.ImageTags.1.Key=os
            ImageOptions.ImageTags.1.Value=linux
            AdvancedOptions.RetainCloudAssistant=true
            AdvancedOptions.ImageNameSuffix=disable
            OwnerId=17
            """;

    /** A place in the answer and what has to be there a line. */
    private static final String RETURNED = """
            Name=黄金镜像
            Description=made by <us>
            BuildContent=RUN echo "a"
            TestContent=RUN true
            ToRegionIds/ToRegionId/1=cn-beijing
            AddAccounts/AddAccount/1=2345678901
            VSwitchId=vsw-1
            InstanceType=ecs.g6.large
            SystemDiskSize=50
            InternetMaxBandwidthOut=10
            DeleteInstanceOnFailure=false
            ResourceGroupId=rg-1
            Tags/Tag/0/TagValue=golden images
            Tags/Tag/1/TagKey=empty
            RepairMode=Customized
            RepairItems/RepairItem/1=grub
            ImageOptions/ImageName=golden
            ImageOptions/ImageFamily=family
            ImageOptions/Description=a golden image
            ImageName=golden
            ImageOptions/ImageTags/ImageTag/0/TagValue=linux
            ImageOptions/ImageFeatures/NvmeSupport=auto
            AdvancedOptions/ImageNameSuffix=disable
            AdvancedOptions/RetainCloudAssistant=true
            """;

    @Test
    void everythingGivenIsReturned() {
        var parameters = lines(GIVEN);
        parameters.put("BaseImage", objects.image("base"));
        parameters.put("RegionId", "cn-hangzhou");
        var made = client.send("POST", "/", parameters, new byte[0], WireClient.v3Headers("CreateImagePipeline"));
        assertThat(made.status()).as(made.text()).isEqualTo(200);
        var listed = client.call("DescribeImagePipelines", "ImagePipelineId.1", made.at("ImagePipelineId"));
        assertThat(listed.at("TotalCount")).isEqualTo("1");
        var set = "ImagePipeline/ImagePipelineSet/0/";
        lines(RETURNED)
                .forEach((place, value) ->
                        assertThat(listed.at(set + place)).as(place).isEqualTo(value));
        assertThat(listed.json().at("/" + set + "AddAccounts/AddAccount/1").isString())
                .isTrue();
        assertThat(listed.at(set + "CreationTime")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
    }

    private static final String IMPORTED = """
            RegionId=cn-hangzhou
            BaseImageType=OSS
            ImportImageOptions.Architecture=arm64
            ImportImageOptions.DiskDeviceMappings.1.OSSBucket=bucket
            ImportImageOptions.DiskDeviceMappings.1.OSSObject=disks/system.qcow2
            ImportImageOptions.DiskDeviceMappings.1.Format=QCOW2
            ImportImageOptions.DiskDeviceMappings.1.DiskImageSize=20
            ImportImageOptions.Features.ImdsSupport=v2
            ImportImageOptions.RetainImportedImage=true
            ImportImageOptions.ImageName=imported
            ImportImageOptions.RoleName=role
            ImportImageOptions.ImportImageTags.1.Key=os
            ImportImageOptions.ImportImageTags.1.Value=linux
            """;

    private static final String RETURNED_OF_IMPORT = """
            Architecture=arm64
            OSType=linux
            Platform=Others Linux
            BootMode=UEFI
            LicenseType=Auto
            DiskDeviceMappings/DiskDeviceMapping/0/OSSObject=disks/system.qcow2
            DiskDeviceMappings/DiskDeviceMapping/0/Format=QCOW2
            DiskDeviceMappings/DiskDeviceMapping/0/DiskImageSize=20
            Features/NvmeSupport=unsupported
            Features/ImdsSupport=v2
            RetainImportedImage=true
            RetentionStrategy=RetainNever
            ImageName=imported
            Description=
            RoleName=role
            ImportImageTags/ImportImageTag/0/Value=linux
            """;

    @Test
    void whatATemplateIsImportedFromIsReturnedAndAStartOfItIsRefused() {
        var made = client.send("POST", "/", lines(IMPORTED), new byte[0], WireClient.v3Headers("CreateImagePipeline"));
        assertThat(made.status()).as(made.text()).isEqualTo(200);
        var id = made.at("ImagePipelineId");
        var listed = client.call("DescribeImagePipelines", "ImagePipelineId.1", id);
        var template = "ImagePipeline/ImagePipelineSet/0/";
        assertThat(listed.at(template + "BaseImage")).isEmpty();
        lines(RETURNED_OF_IMPORT)
                .forEach((place, value) -> assertThat(listed.at(template + "ImportImageOptions/" + place))
                        .as(place)
                        .isEqualTo(value));
        assertThat(client.call("StartImagePipelineExecution", "ImagePipelineId", id)
                        .refusal())
                .isEqualTo("404 InvalidImagePipeline.OSSObjectNotFound");
    }

    @Test
    void whatWasKeptInOneTextIsReturnedAsAListAfterTheMigration() throws IOException {
        var id = objects.template(objects.image("base"));
        server.jdbc()
                .sql("update template set kept = '{\"RepairItem\":\"fstab,grub\"}' where id = :id")
                .param("id", id)
                .update();
        var migration = Files.readString(Path.of("../db/migration/V6__imported_base_images.sql"));
        server.jdbc()
                .sql(migration.substring(migration.indexOf("update template t")))
                .update();
        assertThat(client.call("DescribeImagePipelines", "ImagePipelineId.1", id)
                        .at("ImagePipeline/ImagePipelineSet/0/RepairItems/RepairItem/1"))
                .isEqualTo("grub");
    }

    @Test
    void ofSeveralErrorsTheFirstOfTheReferenceIsTold() {
        var wrong = WireClient.pairs(
                "RegionId", "cn-hangzhou",
                "Tag.1.Key", "acs:x",
                "AdvancedOptions.ImageNameSuffix", "x",
                "BuildContent", "SLEEP 1",
                "SystemDiskSize", "1",
                "Name", "1",
                "BaseImage", "m-none");
        var told = new ArrayList<String>();
        for (var next : List.of(
                "BaseImageType=IMAGE",
                "Name=",
                "SystemDiskSize=",
                "BuildContent=",
                "AdvancedOptions.ImageNameSuffix=",
                "Tag.1.Key=x",
                "")) {
            told.add(client.send("POST", "/", wrong, new byte[0], WireClient.v3Headers("CreateImagePipeline"))
                    .refusal());
            wrong.putAll(lines(next));
        }
        assertThat(told)
                .containsExactly(
                        "400 MissingParameter",
                        "400 InvalidName.Malformed",
                        "400 InvalidSystemDiskSize.NotSupportedValue",
                        "400 InvalidImageTemplateCommand.NotSupported",
                        "400 InvalidAdvancedOptions.ImageNameSuffix",
                        "400 InvalidTagKey.Malformed",
                        "404 InvalidImage.NotFound");
    }

    private static Map<String, String> lines(String text) {
        var lines = new HashMap<String, String>();
        text.lines()
                .forEach(
                        line -> lines.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1)));
        return lines;
    }

    @Test
    void theNameIsTheIdWhenNoneIsGiven() {
        var id = objects.template(objects.image("base"));
        var listed = client.call("DescribeImagePipelines", "Name", id);
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
        assertThat(List.of(
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

    @Test
    void whatIsKeptToBeReturnedHasAnEnd() {
        var image = objects.image("base");
        for (var name : List.of("ResourceGroupId", "VSwitchId", "InstanceType")) {
            for (int length : new int[] {256, 257}) {
                assertThat(client.call(
                                        "CreateImagePipeline",
                                        "BaseImageType",
                                        "IMAGE",
                                        "BaseImage",
                                        image,
                                        name,
                                        "x".repeat(length))
                                .refusal())
                        .isEqualTo(length == 256 ? "200 " : "400 Invalid" + name);
            }
        }
        var group = "g".repeat(257);
        assertThat(client.call("CopyImage", "ImageId", image, "ResourceGroupId", group)
                        .refusal())
                .isEqualTo("400 InvalidResourceGroupId");
        assertThat(client.call("CreateImageComponent", "Content", "RUN true", "ResourceGroupId", group)
                        .refusal())
                .isEqualTo("400 InvalidResourceGroupId");
    }

    @Test
    void aLongHistoryIsDeletedPartByPart() {
        var template = objects.template(objects.image("base"));
        new FakeWorker(server).hasRun(template, 4500);
        var running = objects.start(template);
        assertThat(client.call("DeleteImagePipeline", "ImagePipelineId", template)
                        .refusal())
                .isEqualTo("403 InvalidImagePipeline.HasRunningExecution");
        assertThat(executions(template)).as("nothing has gone").isEqualTo(4501);
        objects.finish(running, "SUCCESS");
        assertThat(server.newAccount()
                        .call("DeleteImagePipeline", "ImagePipelineId", template)
                        .refusal())
                .isEqualTo("404 InvalidImagePipeline.NotFound");
        assertThat(executions(template)).as("nor for a stranger").isEqualTo(4501);

        assertThat(client.call("DeleteImagePipeline", "ImagePipelineId", template)
                        .status())
                .isEqualTo(200);

        assertThat(executions(template)).isZero();
    }

    @Test
    void whatIsTriedAgainMeanwhileStaysOfALongHistory() {
        var template = objects.template(objects.image("base"));
        new FakeWorker(server).hasRun(template, 4001);
        var reply = HeldLock.during(
                server,
                jdbc -> jdbc.sql("""
                                update execution set status = 'DISTRIBUTING', finished_at = null
                                 where id = (select id from execution where template_id = :template
                                              order by created_at desc offset 1000 limit 1)
                                """).param("template", template).update(),
                () -> client.call("DeleteImagePipeline", "ImagePipelineId", template));
        assertThat(reply.refusal()).isEqualTo("403 InvalidImagePipeline.HasRunningExecution");
        assertThat(executions(template)).isPositive();
    }

    @Test
    void theOldestGoFirstAndNothingMoreOnceSomethingRuns() {
        var template = objects.template(objects.image("base"));
        new FakeWorker(server).hasRun(template, 4100);
        var reply = HeldLock.during(
                server,
                jdbc -> {
                    // The first part of the deletion waits for the oldest, and meanwhile the newest is tried again.
                    jdbc.sql("""
                                    select id from execution where template_id = :template
                                     order by created_at limit 1 for update
                                    """).param("template", template).query().singleRow();
                    jdbc.sql("""
                                    update execution set status = 'DISTRIBUTING', finished_at = null
                                     where id = (select id from execution where template_id = :template
                                                  order by created_at desc limit 1)
                                    """).param("template", template).update();
                },
                () -> client.call("DeleteImagePipeline", "ImagePipelineId", template));
        assertThat(reply.refusal()).isEqualTo("403 InvalidImagePipeline.HasRunningExecution");
        assertThat(executions(template)).isEqualTo(2100);
        assertThat(server.jdbc()
                        .sql("select max(created_at) - min(created_at) = interval '2099 minutes' from execution"
                                + " where template_id = :id")
                        .param("id", template)
                        .query(Boolean.class)
                        .single())
                .as("these are the newest")
                .isTrue();
    }

    private int executions(String template) {
        return server.jdbc()
                .sql("select count(*) from execution where template_id = :id")
                .param("id", template)
                .query(Integer.class)
                .single();
    }
}
