package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What CopyImage promises before a worker makes the copy; the worker's part is ImageCopierIT's. */
class CopyImageIT {

    private static final String IMAGE = "Images/Image/0/";

    private final ApiServer server = ApiServer.shared();
    private final WireClient client = server.newAccount();
    private final TestObjects objects = new TestObjects(server, client);

    @Test
    void aCopyIsThereAtOnceAndWaits() {
        var source = objects.image("source");
        var copy = client.call(
                "CopyImage",
                "ImageId",
                source,
                "DestinationRegionId",
                "cn-beijing",
                "DestinationImageName",
                "the copy",
                "DestinationDescription",
                "of source",
                "ResourceGroupId",
                "rg-1",
                "Tag.1.Key",
                "team");

        var shown = client.call(
                "DescribeImages",
                "RegionId",
                "cn-beijing",
                "Status",
                "Waiting",
                "ResourceGroupId",
                "rg-1",
                "Tag.1.Key",
                "team");

        assertThat(copy.status()).as(copy.text()).isEqualTo(200);
        assertThat(shown.at(IMAGE + "ImageId")).isEqualTo(copy.at("ImageId")).isNotEqualTo(source);
        assertThat(shown.at(IMAGE + "ImageName")).isEqualTo("the copy");
        assertThat(shown.at(IMAGE + "Description")).isEqualTo("of source");
        assertThat(shown.at(IMAGE + "IsCopied")).isEqualTo("true");
        assertThat(shown.at(IMAGE + "Progress")).isEqualTo("0%");
        assertThat(client.call("DeleteImage", "ImageId", source).refusal())
                .isEqualTo("403 OperationDenied.ImageCopying");
    }

    @Test
    void aCopyIsWhatItsSourceIs() {
        var source = objects.image("source");
        client.call("ModifyImageAttribute", "ImageId", source, "BootMode", "UEFI", "Features.ImdsSupport", "v2");
        server.jdbc()
                .sql("update image_copy set kept = kept || '{\"ResourceGroupId\":\"rg-1\"}' where id = :id")
                .param("id", source)
                .update();

        var copy = client.call("CopyImage", "ImageId", source).at("ImageId");

        var shown = client.call("DescribeImages", "ImageId", copy, "Status", "Waiting");
        assertThat(shown.at(IMAGE + "BootMode")).isEqualTo("UEFI");
        assertThat(shown.at(IMAGE + "Features/ImdsSupport")).isEqualTo("v2");
        assertThat(shown.at(IMAGE + "ResourceGroupId")).isEmpty();
    }

    @Test
    void aClientTokenMakesOneCopyAndADryRunNone() {
        var source = objects.image("source");
        var first = client.call("CopyImage", "ImageId", source, "ClientToken", "once");
        var again = client.call("CopyImage", "ImageId", source, "ClientToken", "once");
        assertThat(again.at("ImageId")).isEqualTo(first.at("ImageId")).isNotEmpty();
        assertThat(client.call("CopyImage", "ImageId", source, "DryRun", "true").refusal())
                .isEqualTo("400 DryRunOperation");
        assertThat(client.call("DescribeImages", "Status", "Waiting").at("TotalCount"))
                .isEqualTo("1");
    }

    @Test
    void whatIsSharedCanBeCopiedAndWhatIsNotIsAsGoodAsNone() {
        var theirs = objects.image("theirs");
        var stranger = server.newAccount();
        assertThat(stranger.call("CopyImage", "ImageId", theirs).refusal()).isEqualTo("404 InvalidImageId.NotFound");
        client.call(
                "ModifyImageSharePermission",
                "ImageId",
                theirs,
                "AddAccount.1",
                stranger.keys().account());
        assertThat(stranger.call("CopyImage", "ImageId", theirs).status()).isEqualTo(200);
        assertThat(stranger.call("CopyImage", "ImageId", theirs, "RegionId", "cn-beijing")
                        .refusal())
                .isEqualTo("404 InvalidImageId.NotFound");
        assertThat(stranger.call("DescribeImages", "Status", "Waiting", "ImageOwnerAlias", "self")
                        .at("TotalCount"))
                .isEqualTo("1");
    }

    @Test
    void aCopyThatIsCancelledIsGone() {
        var source = objects.image("source");
        var copy = client.call("CopyImage", "ImageId", source).at("ImageId");
        assertThat(server.newAccount().call("CancelCopyImage", "ImageId", copy).refusal())
                .isEqualTo("404 InvalidImageId.NotFound");
        assertThat(client.call("CancelCopyImage", "ImageId", copy).status()).isEqualTo(200);
        assertThat(client.call("DescribeImages", "Status", "Waiting,CreateFailed")
                        .at("TotalCount"))
                .isEqualTo("0");
        assertThat(client.call("CancelCopyImage", "ImageId", copy).refusal()).isEqualTo("404 InvalidImageId.NotFound");
        assertThat(client.call("DeleteImage", "ImageId", source).status()).isEqualTo(200);
    }
}
