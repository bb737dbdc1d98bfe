package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aliyun.ecs20140526.Client;
import com.aliyun.ecs20140526.models.CancelCopyImageRequest;
import com.aliyun.ecs20140526.models.CancelImagePipelineExecutionRequest;
import com.aliyun.ecs20140526.models.CopyImageRequest;
import com.aliyun.ecs20140526.models.CreateImageComponentRequest;
import com.aliyun.ecs20140526.models.CreateImagePipelineRequest;
import com.aliyun.ecs20140526.models.DeleteImageComponentRequest;
import com.aliyun.ecs20140526.models.DeleteImagePipelineRequest;
import com.aliyun.ecs20140526.models.DeleteImageRequest;
import com.aliyun.ecs20140526.models.DescribeImageComponentsRequest;
import com.aliyun.ecs20140526.models.DescribeImageFromFamilyRequest;
import com.aliyun.ecs20140526.models.DescribeImagePipelineExecutionsRequest;
import com.aliyun.ecs20140526.models.DescribeImagePipelinesRequest;
import com.aliyun.ecs20140526.models.DescribeImageSharePermissionRequest;
import com.aliyun.ecs20140526.models.DescribeImagesRequest;
import com.aliyun.ecs20140526.models.DescribeRegionsRequest;
import com.aliyun.ecs20140526.models.ExportImageRequest;
import com.aliyun.ecs20140526.models.ImportImageRequest;
import com.aliyun.ecs20140526.models.ListTagResourcesRequest;
import com.aliyun.ecs20140526.models.ModifyImageAttributeRequest;
import com.aliyun.ecs20140526.models.ModifyImageSharePermissionRequest;
import com.aliyun.ecs20140526.models.StartImagePipelineExecutionRequest;
import com.aliyun.ecs20140526.models.TagResourcesRequest;
import com.aliyun.ecs20140526.models.UntagResourcesRequest;
import com.aliyun.tea.TeaException;
import com.aliyun.teaopenapi.models.Config;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The vendor's unmodified SDK of the newer generation, both of its signatures, every operation. */
class SdkIT {

    private static final String REGION = WireClient.REGION;

    private final ApiServer server = ApiServer.shared();
    private final WireClient account = server.newAccount();
    private final TestObjects objects = new TestObjects(server, account);

    @ParameterizedTest
    @ValueSource(strings = {"v2", "ACS3-HMAC-SHA256"})
    void drivesEveryOperation(String algorithm) throws Exception {
        var client = client(account.keys(), algorithm);
        var regions = client.describeRegions(new DescribeRegionsRequest()).getBody();
        assertThat(regions.getRegions().getRegion()).hasSize(2);
        var template = createAndDescribe(client);
        var execution = client.startImagePipelineExecution(new StartImagePipelineExecutionRequest()
                        .setRegionId(REGION)
                        .setImagePipelineId(template)
                        .setClientToken("sdk-1"))
                .getBody()
                .getExecutionId();
        assertThatThrownBy(() -> client.startImagePipelineExecution(new StartImagePipelineExecutionRequest()
                        .setRegionId(REGION)
                        .setImagePipelineId(template)))
                .isInstanceOfSatisfying(TeaException.class, refusal -> {
                    assertThat(refusal.getCode()).isEqualTo("InvalidImagePipeline.HasRunningExecution");
                    assertThat(refusal.getStatusCode()).isEqualTo(403);
                });
        cancelAndDelete(client, template, execution);
        images(client);
        components(client);
        attributesAndTags(client);
        copies(client);
        buckets(client(ApiServer.ROOT, algorithm));
    }

    private String createAndDescribe(Client client) throws Exception {
        var base = objects.image("sdk-base");
        var template = client.createImagePipeline(new CreateImagePipelineRequest()
                        .setRegionId(REGION)
                        .setName("sdk-template")
                        .setDescription("made by the * SDK")
                        .setBaseImageType("IMAGE")
                        .setBaseImage(base)
                        .setBuildContent("RUN echo hello > /etc/golden\nENV a=\"b c\"")
                        .setToRegionId(List.of(REGION, "cn-beijing"))
                        .setAddAccount(List.of(1234567890L))
                        .setTag(List.of(new CreateImagePipelineRequest.CreateImagePipelineRequestTag()
                                .setKey("k")
                                .setValue("v"))))
                .getBody()
                .getImagePipelineId();
        var listed = client.describeImagePipelines(
                        new DescribeImagePipelinesRequest().setRegionId(REGION).setImagePipelineId(List.of(template)))
                .getBody();
        var pipeline = listed.getImagePipeline().getImagePipelineSet().get(0);
        assertThat(pipeline.getDescription()).isEqualTo("made by the * SDK");
        assertThat(pipeline.getToRegionIds().getToRegionId()).containsExactly(REGION, "cn-beijing");
        assertThat(pipeline.getAddAccounts().getAddAccount()).containsExactly("1234567890");
        assertThat(pipeline.getTags().getTag().get(0).getTagValue()).isEqualTo("v");
        return template;
    }

    private static void cancelAndDelete(Client client, String template, String execution) throws Exception {
        client.cancelImagePipelineExecution(
                new CancelImagePipelineExecutionRequest().setRegionId(REGION).setExecutionId(execution));
        var listed = client.describeImagePipelineExecutions(new DescribeImagePipelineExecutionsRequest()
                        .setRegionId(REGION)
                        .setExecutionId(execution))
                .getBody();
        var shown = listed.getImagePipelineExecution()
                .getImagePipelineExecutionSet()
                .get(0);
        assertThat(shown.getStatus()).isEqualTo("CANCELLING");
        assertThat(shown.getImagePipelineId()).isEqualTo(template);
        assertThatThrownBy(() -> client.deleteImagePipeline(
                        new DeleteImagePipelineRequest().setRegionId(REGION).setImagePipelineId(template)))
                .isInstanceOf(TeaException.class);
    }

    private void images(Client client) throws Exception {
        var image = objects.image("sdk-image");
        var other = server.newAccount().keys().account();
        client.modifyImageSharePermission(new ModifyImageSharePermissionRequest()
                .setRegionId(REGION)
                .setImageId(image)
                .setAddAccount(List.of(other)));
        var shares = client.describeImageSharePermission(new DescribeImageSharePermissionRequest()
                        .setRegionId(REGION)
                        .setImageId(image))
                .getBody();
        assertThat(shares.getAccounts().getAccount().get(0).getAliyunId()).isEqualTo(other);
        var images = client.describeImages(
                        new DescribeImagesRequest().setRegionId(REGION).setImageName("sdk-image"))
                .getBody();
        assertThat(images.getImages().getImage().get(0).getStatus()).isEqualTo("Available");
        client.deleteImage(
                new DeleteImageRequest().setRegionId(REGION).setImageId(image).setForce(true));
    }

    private static void components(Client client) throws Exception {
        var id = client.createImageComponent(new CreateImageComponentRequest()
                        .setRegionId(REGION)
                        .setComponentType("Test")
                        .setDescription("made by the * SDK")
                        .setContent("Tasks:\n- {Name: a, Action: Reboot}\n"))
                .getBody()
                .getImageComponentId();
        var listed = client.describeImageComponents(
                        new DescribeImageComponentsRequest().setRegionId(REGION).setImageComponentId(List.of(id)))
                .getBody();
        var component = listed.getImageComponent().getImageComponentSet().get(0);
        assertThat(component.getComponentType()).isEqualTo("Test");
        assertThat(component.getDescription()).isEqualTo("made by the * SDK");
        client.deleteImageComponent(
                new DeleteImageComponentRequest().setRegionId(REGION).setImageComponentId(id));
    }

    private void attributesAndTags(Client client) throws Exception {
        var image = objects.image("sdk-image");
        client.modifyImageAttribute(new ModifyImageAttributeRequest()
                .setRegionId(REGION)
                .setImageId(image)
                .setImageFamily("sdk-family"));
        var newest = client.describeImageFromFamily(
                        new DescribeImageFromFamilyRequest().setRegionId(REGION).setImageFamily("sdk-family"))
                .getBody();
        assertThat(newest.getImage().getImageId()).isEqualTo(image);
        client.tagResources(new TagResourcesRequest()
                .setRegionId(REGION)
                .setResourceType("image")
                .setResourceId(List.of(image))
                .setTag(List.of(new TagResourcesRequest.TagResourcesRequestTag()
                        .setKey("k")
                        .setValue("v"))));
        var tags = client.listTagResources(new ListTagResourcesRequest()
                        .setRegionId(REGION)
                        .setResourceType("image")
                        .setResourceId(List.of(image)))
                .getBody();
        assertThat(tags.getTagResources().getTagResource().get(0).getTagValue()).isEqualTo("v");
        client.untagResources(new UntagResourcesRequest()
                .setRegionId(REGION)
                .setResourceType("image")
                .setResourceId(List.of(image))
                .setAll(true));
    }

    private void copies(Client client) throws Exception {
        var copy = client.copyImage(new CopyImageRequest()
                        .setRegionId(REGION)
                        .setImageId(objects.image("sdk-image"))
                        .setDestinationRegionId("cn-beijing")
                        .setDestinationImageName("sdk-copy"))
                .getBody()
                .getImageId();
        var waiting = client.describeImages(new DescribeImagesRequest()
                        .setRegionId("cn-beijing")
                        .setImageId(copy)
                        .setStatus("Waiting"))
                .getBody();
        assertThat(waiting.getImages().getImage().get(0).getIsCopied()).isTrue();
        client.cancelCopyImage(
                new CancelCopyImageRequest().setRegionId("cn-beijing").setImageId(copy));
    }

    private void buckets(Client client) throws Exception {
        var disk = new ImportImageRequest.ImportImageRequestDiskDeviceMapping()
                .setOSSBucket(ApiServer.BUCKET)
                .setOSSObject(BucketsIT.stored(server));
        var imported = client.importImage(new ImportImageRequest()
                        .setRegionId(REGION)
                        .setImageName("sdk-imported")
                        .setDiskDeviceMapping(List.of(disk)))
                .getBody();
        assertThat(imported.getImageId()).startsWith("m-");
        assertThat(imported.getTaskId()).startsWith("t-");
        var image = new TestObjects(server, server.as(ApiServer.ROOT)).image("sdk-exported");
        var exported = client.exportImage(new ExportImageRequest()
                        .setRegionId(REGION)
                        .setImageId(image)
                        .setOSSBucket(ApiServer.BUCKET))
                .getBody();
        assertThat(exported.getTaskId()).startsWith("t-");
    }

    private Client client(Keys keys, String algorithm) throws Exception {
        return new Client(new Config()
                .setAccessKeyId(keys.id())
                .setAccessKeySecret(keys.secret())
                .setProtocol("http")
                .setSignatureAlgorithm(algorithm)
                .setRegionId(REGION)
                .setEndpoint("127.0.0.1:" + server.port()));
    }
}
