package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A share that was not made, or was withdrawn, opens nothing. */
class UnsharedIT {

    private final ApiServer server = ApiServer.shared();
    private final WireClient owner = server.newAccount();
    private final WireClient stranger = server.newAccount();
    private final String image = new TestObjects(server, owner).image("closed");

    @ParameterizedTest
    @ValueSource(strings = {"PENDING", "FAILED"})
    void whatIsNotSharedYetOrCouldNotBeIsClosed(String state) {
        server.jdbc()
                .sql("insert into image_share (image_id, account_id, state) values (:image, :account, :state)")
                .param("image", image)
                .param("account", Long.parseLong(stranger.keys().account()))
                .param("state", state)
                .update();

        assertIsClosed();
    }

    @Test
    void whatIsWithdrawnIsClosedAgainToTemplatesToo() {
        share("AddAccount.1");
        var template = new TestObjects(server, stranger).template(image);
        assertThat(chooseDisk(template).text()).contains(image + " has no kernel");

        share("RemoveAccount.1");

        assertIsClosed();
        assertThat(chooseDisk(template).status())
                .as("as if there were no image")
                .isEqualTo(200);
        assertThat(stranger.call("StartImagePipelineExecution", "ImagePipelineId", template)
                        .refusal())
                .isEqualTo("404 InvalidImagePipeline.BaseImageNotFound");
    }

    private Reply chooseDisk(String template) {
        return stranger.rest("PUT", "/api/v1/templates/" + template + "/output-format", "{\"format\":\"qcow2\"}");
    }

    private void share(String how) {
        var done = owner.call(
                "ModifyImageSharePermission",
                "ImageId",
                image,
                how,
                stranger.keys().account());
        assertThat(done.status()).as(done.text()).isEqualTo(200);
    }

    private void assertIsClosed() {
        assertThat(stranger.call("DescribeImages", "ImageId", image).at("TotalCount"))
                .isEqualTo("0");
        for (var path : List.of("", "/content", "/packages")) {
            assertThat(stranger.rest("GET", "/api/v1/images/" + image + path, "")
                            .status())
                    .as(path)
                    .isEqualTo(404);
        }
        assertThat(stranger.call("CopyImage", "ImageId", image, "DestinationRegionId", "cn-beijing")
                        .refusal())
                .isEqualTo("404 InvalidImageId.NotFound");
        assertThat(stranger.call("CreateImagePipeline", "BaseImageType", "IMAGE", "BaseImage", image)
                        .refusal())
                .isEqualTo("404 InvalidImage.NotFound");
    }
}
