package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Templates whose images Packer makes, and such images. */
class PackerTemplatesIT {

    private final ApiServer server = ApiServer.shared();
    private final WireClient client = server.newAccount();
    private final TestObjects objects = new TestObjects(server, client);

    @Test
    void aTemplateWithoutCommandsNamesAFileForPacker() {
        var template = objects.template(objects.image("base"));
        var path = "/api/v1/templates/" + template + "/packer";
        assertThat(client.rest("PUT", path, "{\"file\": \"images/web.pkr.hcl\"}")
                        .at("file"))
                .isEqualTo("images/web.pkr.hcl");
        assertThat(packerFile(template)).isEqualTo("images/web.pkr.hcl");
        for (var refused :
                List.of("../x.json", "/etc/x.json", "a/../x.json", "-x.json", "x.txt", "a b.json", "a\\nb.json")) {
            var answer = client.rest("PUT", path, "{\"file\": \"" + refused + "\"}");
            assertThat(answer.refusal()).as(refused).isEqualTo("400 InvalidPackerFile");
        }
        assertThat(client.rest("PUT", path, "{}").refusal()).isEqualTo("400 InvalidPackerFile");
        assertThat(server.newAccount().rest("PUT", path, "{\"file\": \"\"}").status())
                .isEqualTo(404);
        assertThat(packerFile(template)).isEqualTo("images/web.pkr.hcl");

        assertThat(client.rest("PUT", path, "{\"file\": \"\"}").status()).isEqualTo(200);
        assertThat(packerFile(template)).isEmpty();
    }

    @Test
    void anImageInACloudIsShownAndNeitherCopiedNorExportedNorBuiltOn() {
        var image = inACloud(objects);
        assertThat(client.rest("GET", "/api/v1/images/" + image, "").at("artifact"))
                .isEqualTo("ami-1");
        assertThat(client.rest("GET", "/api/v1/images/" + image + "/content", "")
                        .text())
                .contains("Kiln has no bytes of it");
        assertThat(client.call("CopyImage", "ImageId", image, "DestinationRegionId", "cn-beijing")
                        .refusal())
                .isEqualTo("400 IncorrectImageStatus");
        assertThat(client.call("CreateImagePipeline", "BaseImageType", "IMAGE", "BaseImage", image)
                        .status())
                .isEqualTo(404);
        assertThat(client.call("DescribeImages", "ImageId", image).at("TotalCount"))
                .isEqualTo("1");

        // The bucket is the root account's.
        var root = server.as(ApiServer.ROOT);
        var exported = root.call(
                "ExportImage", "ImageId", inACloud(new TestObjects(server, root)), "OSSBucket", ApiServer.BUCKET);
        assertThat(exported.refusal()).isEqualTo("400 IncorrectImageStatus");
        assertThat(exported.text()).contains("ami-1");
    }

    @Test
    void anImageInACloudHasAPageAndIsNoneOfItsFamilyToBuildOn() {
        var file = objects.image("file", "web");
        var image = inACloud(objects, "web");

        var pages = new PageClient(client);
        var page = pages.get("/ui/images/" + image, pages.session(client));
        assertThat(page.status()).as(page.text()).isEqualTo(200);
        assertThat(page.text()).contains(image);
        assertThat(client.call("DescribeImageFromFamily", "ImageFamily", "web").at("Image/ImageId"))
                .isEqualTo(file);
    }

    private String inACloud(TestObjects of) {
        return inACloud(of, "");
    }

    private String inACloud(TestObjects of, String family) {
        var image = of.image("cloud", family);
        server.jdbc()
                .sql("update image_copy set artifact = 'ami-1', digest = null, bytes = 0 where id = :id")
                .param("id", image)
                .update();
        return image;
    }

    private String packerFile(String template) {
        return server.jdbc()
                .sql("select coalesce(packer_file, '') from template where id = :id")
                .param("id", template)
                .query(String.class)
                .single();
    }
}
