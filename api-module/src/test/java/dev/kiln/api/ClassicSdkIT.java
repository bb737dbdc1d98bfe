package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aliyuncs.AcsRequest;
import com.aliyuncs.AcsResponse;
import com.aliyuncs.DefaultAcsClient;
import com.aliyuncs.auth.SignatureVersion;
import com.aliyuncs.ecs.model.v20140526.CancelCopyImageRequest;
import com.aliyuncs.ecs.model.v20140526.CancelImagePipelineExecutionRequest;
import com.aliyuncs.ecs.model.v20140526.CopyImageRequest;
import com.aliyuncs.ecs.model.v20140526.CreateImageComponentRequest;
import com.aliyuncs.ecs.model.v20140526.CreateImagePipelineRequest;
import com.aliyuncs.ecs.model.v20140526.DeleteImageComponentRequest;
import com.aliyuncs.ecs.model.v20140526.DeleteImagePipelineRequest;
import com.aliyuncs.ecs.model.v20140526.DeleteImageRequest;
import com.aliyuncs.ecs.model.v20140526.DescribeImageComponentsRequest;
import com.aliyuncs.ecs.model.v20140526.DescribeImageFromFamilyRequest;
import com.aliyuncs.ecs.model.v20140526.DescribeImagePipelineExecutionsRequest;
import com.aliyuncs.ecs.model.v20140526.DescribeImagePipelinesRequest;
import com.aliyuncs.ecs.model.v20140526.DescribeImageSharePermissionRequest;
import com.aliyuncs.ecs.model.v20140526.DescribeImagesRequest;
import com.aliyuncs.ecs.model.v20140526.DescribeRegionsRequest;
import com.aliyuncs.ecs.model.v20140526.ExportImageRequest;
import com.aliyuncs.ecs.model.v20140526.ImportImageRequest;
import com.aliyuncs.ecs.model.v20140526.ListTagResourcesRequest;
import com.aliyuncs.ecs.model.v20140526.ModifyImageAttributeRequest;
import com.aliyuncs.ecs.model.v20140526.ModifyImageSharePermissionRequest;
import com.aliyuncs.ecs.model.v20140526.StartImagePipelineExecutionRequest;
import com.aliyuncs.ecs.model.v20140526.TagResourcesRequest;
import com.aliyuncs.ecs.model.v20140526.UntagResourcesRequest;
import com.aliyuncs.exceptions.ClientException;
import com.aliyuncs.http.FormatType;
import com.aliyuncs.http.ProtocolType;
import com.aliyuncs.profile.DefaultProfile;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The vendor's unmodified SDK of the older generation: both formats, both signatures, every operation. */
class ClassicSdkIT {

    private static final String REGION = WireClient.REGION;

    private final ApiServer server = ApiServer.shared();
    private final WireClient account = server.newAccount();
    private final TestObjects objects = new TestObjects(server, account);

    @ParameterizedTest
    @CsvSource({"JSON,V1", "XML,V1", "JSON,V3", "XML,V3"})
    void drivesEveryOperation(FormatType format, SignatureVersion signature) throws Exception {
        var caller = new Caller(format, signature, account.keys(), server.port());
        assertThat(caller.call(new DescribeRegionsRequest()).getRegions()).hasSize(2);
        var template = createAndDescribe(caller);
        var start = new StartImagePipelineExecutionRequest();
        start.setImagePipelineId(template);
        start.setClientToken("classic-1");
        var execution = caller.call(start).getExecutionId();
        start.setClientToken("classic-2");
        assertThatThrownBy(() -> caller.call(start))
                .isInstanceOfSatisfying(
                        ClientException.class,
                        refusal ->
                                assertThat(refusal.getErrCode()).isEqualTo("InvalidImagePipeline.HasRunningExecution"));
        cancelAndDelete(caller, template, execution);
        images(caller);
        components(caller);
        attributesAndTags(caller);
        copies(caller);
        buckets(new Caller(format, signature, ApiServer.ROOT, server.port()));
    }

    private String createAndDescribe(Caller caller) throws ClientException {
        var create = new CreateImagePipelineRequest();
        create.setName("classic-template");
        create.setDescription("made by the * SDK");
        create.setBaseImageType("IMAGE");
        create.setBaseImage(objects.image("classic-base"));
        create.setBuildContent("RUN echo hello > /etc/golden");
        create.setToRegionIds(List.of(REGION, "cn-beijing"));
        create.setAddAccounts(List.of(1234567890L));
        var template = caller.call(create).getImagePipelineId();
        var describe = new DescribeImagePipelinesRequest();
        describe.setImagePipelineIds(List.of(template));
        var shown = caller.call(describe).getImagePipeline().get(0);
        assertThat(shown.getDescription()).isEqualTo("made by the * SDK");
        assertThat(shown.getBuildContent()).isEqualTo("RUN echo hello > /etc/golden");
        assertThat(shown.getToRegionIds()).containsExactly(REGION, "cn-beijing");
        return template;
    }

    private void cancelAndDelete(Caller caller, String template, String execution) throws ClientException {
        var cancel = new CancelImagePipelineExecutionRequest();
        cancel.setExecutionId(execution);
        caller.call(cancel);
        var describe = new DescribeImagePipelineExecutionsRequest();
        describe.setExecutionId(execution);
        assertThat(caller.call(describe).getImagePipelineExecution().get(0).getStatus())
                .isEqualTo("CANCELLING");
        objects.finish(execution, "CANCELLED");
        var delete = new DeleteImagePipelineRequest();
        delete.setImagePipelineId(template);
        caller.call(delete);
    }

    private void images(Caller caller) throws ClientException {
        var image = objects.image("classic-image");
        var other = server.newAccount().keys().account();
        var modify = new ModifyImageSharePermissionRequest();
        modify.setImageId(image);
        modify.setAddAccounts(List.of(other));
        caller.call(modify);
        var shares = new DescribeImageSharePermissionRequest();
        shares.setImageId(image);
        assertThat(caller.call(shares).getAccounts().get(0).getAliyunId()).isEqualTo(other);
        var describe = new DescribeImagesRequest();
        describe.setImageId(image);
        assertThat(caller.call(describe).getImages().get(0).getImageName()).isEqualTo("classic-image");
        var delete = new DeleteImageRequest();
        delete.setImageId(image);
        delete.setForce(true);
        caller.call(delete);
    }

    private static void components(Caller caller) throws ClientException {
        var create = new CreateImageComponentRequest();
        create.setContent("RUN echo hello > /etc/golden");
        create.setSystemType("Linux");
        var id = caller.call(create).getImageComponentId();
        var describe = new DescribeImageComponentsRequest();
        describe.setImageComponentIds(List.of(id));
        var shown = caller.call(describe).getImageComponent().get(0);
        assertThat(shown.getContent()).isEqualTo("RUN echo hello > /etc/golden");
        assertThat(shown.getSystemType()).isEqualTo("Linux");
        var delete = new DeleteImageComponentRequest();
        delete.setImageComponentId(id);
        caller.call(delete);
    }

    private void attributesAndTags(Caller caller) throws ClientException {
        var image = objects.image("classic-image");
        var modify = new ModifyImageAttributeRequest();
        modify.setImageId(image);
        modify.setImageFamily("classic-family");
        caller.call(modify);
        var family = new DescribeImageFromFamilyRequest();
        family.setImageFamily("classic-family");
        assertThat(caller.call(family).getImage().getImageId()).isEqualTo(image);
        var tag = new TagResourcesRequest.Tag();
        tag.setKey("k");
        tag.setValue("v");
        var add = new TagResourcesRequest();
        add.setResourceType("image");
        add.setResourceIds(List.of(image));
        add.setTags(List.of(tag));
        caller.call(add);
        var list = new ListTagResourcesRequest();
        list.setResourceType("image");
        list.setResourceIds(List.of(image));
        assertThat(caller.call(list).getTagResources().get(0).getTagValue()).isEqualTo("v");
        var remove = new UntagResourcesRequest();
        remove.setResourceType("image");
        remove.setResourceIds(List.of(image));
        remove.setAll(true);
        caller.call(remove);
        assertThat(caller.call(list).getTagResources()).isEmpty();
    }

    private void copies(Caller caller) throws ClientException {
        var copy = new CopyImageRequest();
        copy.setImageId(objects.image("classic-image"));
        var id = caller.call(copy).getImageId();
        var cancel = new CancelCopyImageRequest();
        cancel.setImageId(id);
        caller.call(cancel);
    }

    private void buckets(Caller caller) throws ClientException {
        var disk = new ImportImageRequest.DiskDeviceMapping();
        disk.setOSSBucket(ApiServer.BUCKET);
        disk.setOSSObject(BucketsIT.stored(server));
        var importing = new ImportImageRequest();
        importing.setDiskDeviceMappings(List.of(disk));
        assertThat(caller.call(importing).getImageId()).startsWith("m-");
        var export = new ExportImageRequest();
        export.setImageId(new TestObjects(server, server.as(ApiServer.ROOT)).image("classic-exported"));
        export.setOSSBucket(ApiServer.BUCKET);
        assertThat(caller.call(export).getTaskId()).startsWith("t-");
    }

    private static final class Caller {

        private final DefaultAcsClient client;
        private final FormatType format;
        private final SignatureVersion signature;
        private final int port;

        Caller(FormatType format, SignatureVersion signature, Keys keys, int port) {
            this.client = new DefaultAcsClient(DefaultProfile.getProfile(REGION, keys.id(), keys.secret()));
            this.format = format;
            this.signature = signature;
            this.port = port;
        }

        <T extends AcsResponse> T call(AcsRequest<T> request) throws ClientException {
            request.setSysEndpoint("127.0.0.1:" + port);
            request.setSysProtocol(ProtocolType.HTTP);
            request.setSysAcceptFormat(format);
            request.setSysSignatureVersion(signature);
            request.putQueryParameter("RegionId", REGION);
            return client.getAcsResponse(request);
        }
    }
}
