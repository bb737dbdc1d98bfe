package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ImagesIT {

    private final ApiServer server = ApiServer.shared();
    private final WireClient owner = server.newAccount();
    private final WireClient stranger = server.newAccount();
    private final TestObjects objects = new TestObjects(server, owner);

    @Test
    void namesAreMatchedFuzzily() {
        objects.image("golden_base");
        objects.image("goldenXbase");
        assertThat(count("ImageName", "den_ba")).isEqualTo("1");
        assertThat(count("ImageName", "golden*base")).isEqualTo("2");
        assertThat(count("ImageName", "golden*")).isEqualTo("2");
        assertThat(count("ImageName", "*golden")).isEqualTo("0");
        assertThat(count("ImageName", "%")).isEqualTo("0");
        assertThat(count("ImageName", "\\")).isEqualTo("0");
    }

    @Test
    void filtersNarrow() {
        var first = objects.image("first", "family");
        var second = objects.image("second");
        assertThat(count("ImageId", first + "," + second)).isEqualTo("2");
        assertThat(count("ImageId", first + ", m-other")).isEqualTo("1");
        assertThat(count("ImageFamily", "family")).isEqualTo("1");
        assertThat(count("ImageOwnerAlias", "others")).isEqualTo("0");
        assertThat(count("ImageOwnerAlias", "system")).isEqualTo("0");
        assertThat(count("ImageOwnerId", owner.keys().account())).isEqualTo("2");
        assertThat(count("Status", "Creating,Waiting")).isEqualTo("0");
        assertThat(count("OSType", "windows")).isEqualTo("0");
        assertThat(count("OSType", "Linux", "Usage", "none", "Architecture", "x86_64", "InstanceType", "ecs.g6.large"))
                .isEqualTo("2");
        server.jdbc()
                .sql(
                        "update image_copy set metadata = jsonb_set(metadata, '{architecture}', '\"arm64\"') where id = :id")
                .param("id", first)
                .update();
        assertThat(count("Architecture", "x86_64")).isEqualTo("1");
        assertThat(count("Architecture", "ARM64")).isEqualTo("2");
        assertThat(owner.call("DescribeImages", "ImageId", first).at("Images/Image/0/Architecture"))
                .isEqualTo("arm64");
        assertThat(count("Usage", "instance")).isEqualTo("0");
        assertThat(count("SnapshotId", "s-1")).isEqualTo("0");
        assertThat(count("IsPublic", "true")).isEqualTo("0");
        assertThat(owner.call("DescribeImages", "DryRun", "true").refusal()).isEqualTo("400 DryRunOperation");
        assertThat(count("RegionId", "cn-beijing")).isEqualTo("0");
        assertThat(count("Tag.1.Key", "os")).isEqualTo("0");
        assertThat(count("Filter.1.Key", "CreationStartTime", "Filter.1.Value", "2020-01-01T00:00Z"))
                .isEqualTo("2");
        assertThat(count("Filter.1.Key", "CreationEndTime", "Filter.1.Value", "2020-01-01T00:00Z"))
                .isEqualTo("0");
        var page = owner.call("DescribeImages", "PageSize", "1", "PageNumber", "2");
        assertThat(page.at("Images/Image/0/ImageId")).isEqualTo(first);
        assertThat(page.at("Images/Image/0/Status")).isEqualTo("Available");
        assertThat(owner.call("DescribeImages", "PageNumber", "2147483647").at("TotalCount"))
                .isEqualTo("2");
    }

    @Test
    void anImageIsAvailableOnceItsExecutionCanNoLongerTakeItBack() {
        var execution = objects.start(objects.template(objects.image("base")));
        objects.built(execution);
        var image = server.jdbc()
                .sql("select image_id from execution where id = :id")
                .param("id", execution)
                .query(String.class)
                .single();
        for (var status : List.of("BUILDING", "TESTING", "DISTRIBUTING", "CANCELLING")) {
            objects.status(execution, status);
            assertThat(count("ImageId", image)).as(status).isEqualTo("0");
            var seen = owner.call("DescribeImages", "ImageId", image, "Status", "Creating");
            assertThat(seen.at("TotalCount")).as(status).isEqualTo("1");
            assertThat(seen.at("Images/Image/0/Status")).isEqualTo("Creating");
            assertThat(seen.at("Images/Image/0/Usable")).isEqualTo("false");
            assertThat(seen.at("Images/Image/0/Progress")).isNotEqualTo("100%");
            assertThat(owner.rest("GET", "/api/v1/images/" + image, "").at("status"))
                    .isEqualTo("Creating");
        }

        objects.status(execution, "RELEASING");

        var seen = owner.call("DescribeImages", "ImageId", image);
        assertThat(seen.at("Images/Image/0/Status")).isEqualTo("Available");
        assertThat(seen.at("Images/Image/0/Usable")).isEqualTo("true");
        assertThat(count("ImageId", image, "Status", "Creating")).isEqualTo("0");
        // Failed targets are tried again: what has succeeded stays.
        server.jdbc()
                .sql("update execution set status = 'DISTRIBUTING', outcome = 'PARTITION_SUCCESS' where id = :id")
                .param("id", execution)
                .update();
        assertThat(count("ImageId", image)).isEqualTo("1");
        assertThat(owner.rest("GET", "/api/v1/images/" + image, "").at("status"))
                .isEqualTo("Available");
    }

    /** Somebody may be as quick as that; DescribeImages is for those who wait. */
    @Test
    void anImageThatIsNotFinishedCanBeUsedByItsId() {
        var execution = objects.start(objects.template(objects.image("base")));
        objects.built(execution);
        objects.status(execution, "TESTING");
        var image = server.jdbc()
                .sql("select image_id from execution where id = :id")
                .param("id", execution)
                .query(String.class)
                .single();

        assertThat(share(image, "AddAccount.1").status()).isEqualTo(200);
        assertThat(count("ImageId", image)).isEqualTo("0");
        assertThat(stranger.call("DescribeImages", "ImageId", image, "Status", "Creating")
                        .at("TotalCount"))
                .isEqualTo("1");
        assertThat(owner.call("ModifyImageAttribute", "ImageId", image, "Status", "Available")
                        .refusal())
                .isEqualTo("403 ImageStatus.NotDeprecated");
        assertThat(owner.call("ModifyImageAttribute", "ImageId", image, "ImageName", "renamed")
                        .status())
                .isEqualTo(200);
        objects.start(objects.template(image));
    }

    /** As of uploads from before their limit. */
    @Test
    void ofLongMetadataAPageReadsOnlyTheArchitecture() {
        var image = objects.image("labelled");
        for (int others = 0; others < 19; others++) {
            objects.image("labelled-" + others);
        }
        server.jdbc()
                .sql(
                        "update image_copy set metadata = metadata || jsonb_build_object('architecture', 'arm64', 'labels',"
                                + " jsonb_build_object('l', repeat('x', 4000000))) where account_id = :account")
                .param("account", Long.parseLong(owner.keys().account()))
                .update();
        var before = allocated();
        var page = owner.call("DescribeImages", "PageSize", "100");
        assertThat(allocated() - before).isLessThan(20L << 20);
        assertThat(page.at("TotalCount")).isEqualTo("20");
        assertThat(page.at("Images/Image/19/Architecture")).isEqualTo("arm64");
        assertThat(owner.rest("GET", "/api/v1/images/" + image, "").at("metadata/labels/l"))
                .hasSize(4_000_000);
    }

    /** What the threads of this process have allocated so far. */
    private static long allocated() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return LongStream.of(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
                .sum();
    }

    @Test
    void whatIsSharedIsSeenAndReadByThatAccountAlone() {
        var image = objects.image("shared");
        assertThat(stranger.call("DescribeImages", "ImageId", image).at("TotalCount"))
                .isEqualTo("0");
        assertThat(stranger.rest("GET", "/api/v1/images/" + image + "/content", "")
                        .status())
                .isEqualTo(404);
        assertThat(share(image, "AddAccount.1").status()).isEqualTo(200);
        var seen = stranger.call("DescribeImages", "ImageId", image);
        assertThat(seen.at("Images/Image/0/ImageOwnerAlias")).isEqualTo("others");
        assertThat(seen.at("Images/Image/0/IsSelfShared")).isEqualTo("False");
        assertThat(owner.call("DescribeImages", "ImageId", image).at("Images/Image/0/IsSelfShared"))
                .isEqualTo("True");
        assertThat(stranger.rest("GET", "/api/v1/images/" + image + "/content", "")
                        .bytes())
                .isEqualTo(TestObjects.tar("etc/hostname", "shared"));
        var described = owner.call("DescribeImageSharePermission", "ImageId", image);
        assertThat(described.at("TotalCount")).isEqualTo("1");
        assertThat(described.at("Accounts/Account/0/AliyunId"))
                .isEqualTo(stranger.keys().account());
        assertThat(stranger.call("DescribeImageSharePermission", "ImageId", image)
                        .refusal())
                .isEqualTo("404 InvalidImageId.NotFound");
        assertThat(server.newAccount().call("DescribeImages", "ImageId", image).at("TotalCount"))
                .isEqualTo("0");
        share(image, "RemoveAccount.1");
        assertThat(stranger.call("DescribeImages", "ImageId", image).at("TotalCount"))
                .isEqualTo("0");
        assertThat(stranger.rest("GET", "/api/v1/images/" + image, "").status()).isEqualTo(404);
    }

    @Test
    void aSharedImageIsDeletedOnlyByForceAndLeavesNothing() {
        var image = objects.image("doomed");
        share(image, "AddAccount.1");
        assertThat(stranger.call("DeleteImage", "ImageId", image).refusal()).isEqualTo("404 InvalidImageId.NotFound");
        assertThat(owner.call("DeleteImage", "ImageId", image).refusal()).isEqualTo("403 ImageUseShared");
        assertThat(owner.call("DeleteImage", "ImageId", image, "Force", "true", "DryRun", "true")
                        .refusal())
                .isEqualTo("400 DryRunOperation");
        assertThat(Files.exists(server.regions().resolve("cn-hangzhou/images/" + image)))
                .isTrue();
        assertThat(owner.call("DeleteImage", "ImageId", image, "Force", "true").status())
                .isEqualTo(200);
        assertThat(Files.exists(server.regions().resolve("cn-hangzhou/images/" + image)))
                .isFalse();
        assertThat(server.jdbc()
                        .sql("select count(*) from image_copy where id = :id")
                        .param("id", image)
                        .query(Integer.class)
                        .single())
                .isZero();
        assertThat(owner.call("DeleteImage", "ImageId", image).refusal()).isEqualTo("404 InvalidImageId.NotFound");
    }

    @Test
    void anImageThatIsBeingSharedIsNotDeletedWithoutForce() {
        var image = objects.image("contested");
        var reply = HeldLock.during(
                server,
                jdbc -> {
                    jdbc.sql("select id from image_copy where id = :id for update")
                            .param("id", image)
                            .query(String.class)
                            .single();
                    jdbc.sql("insert into image_share (image_id, account_id, state, shared_at)"
                                    + " values (:id, 1, 'SHARED', now())")
                            .param("id", image)
                            .update();
                },
                () -> owner.call("DeleteImage", "ImageId", image));
        assertThat(reply.refusal()).isEqualTo("403 ImageUseShared");
    }

    @Test
    void commasAloneAreNotEveryImage() {
        objects.image("base");
        for (var none : List.of(",", " , ", " ")) {
            assertThat(owner.call("DescribeImages", "ImageId", none).refusal())
                    .as(none)
                    .isEqualTo("400 InvalidImageId");
        }
    }

    @Test
    void aStrangersObjectsAreAnsweredLikeUnknownOnes() {
        var template = objects.template(objects.image("base"));
        var execution = objects.start(template);
        assertThat(stranger.call("StartImagePipelineExecution", "ImagePipelineId", template)
                        .refusal())
                .isEqualTo("404 InvalidImagePipeline.NotFound");
        assertThat(stranger.call("DeleteImagePipeline", "ImagePipelineId", template)
                        .refusal())
                .isEqualTo("404 InvalidImagePipeline.NotFound");
        assertThat(stranger.call("DescribeImagePipelines", "ImagePipelineId.1", template)
                        .at("TotalCount"))
                .isEqualTo("0");
        assertThat(stranger.call("DescribeImagePipelineExecutions", "ExecutionId", execution)
                        .at("TotalCount"))
                .isEqualTo("0");
        assertThat(stranger.call("DescribeImagePipelineExecutions", "ImagePipelineId", template)
                        .refusal())
                .isEqualTo("404 InvalidImagePipeline.NotFound");
        assertThat(stranger.call("CancelImagePipelineExecution", "ExecutionId", execution)
                        .refusal())
                .isEqualTo("404 InvalidImagePipelineExecution.NotFound");
        for (var path : new String[] {"", "/events", "/targets", "/logs"}) {
            assertThat(stranger.rest("GET", "/api/v1/executions/" + execution + path, "")
                            .refusal())
                    .isEqualTo("404 InvalidImagePipelineExecution.NotFound");
        }
        assertThat(stranger.upload(
                                "PUT",
                                "/api/v1/templates/" + template + "/context",
                                TestObjects.tar("a", "b"),
                                java.util.Map.of())
                        .refusal())
                .isEqualTo("404 InvalidImagePipeline.NotFound");
    }

    private Reply share(String image, String parameter) {
        return owner.call(
                "ModifyImageSharePermission",
                "ImageId",
                image,
                parameter,
                stranger.keys().account());
    }

    private String count(String... filter) {
        return owner.call("DescribeImages", filter).at("TotalCount");
    }
}
