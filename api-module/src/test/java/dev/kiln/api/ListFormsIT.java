package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that look like an item of a list and are none: they are ignored, like all that is not known. */
class ListFormsIT {

    private static final String DISKS = "ImportImageOptions.DiskDeviceMappings";

    private final ApiServer server = ApiServer.shared();
    private final WireClient client = server.newAccount();

    @ParameterizedTest
    @ValueSource(strings = {DISKS + ".1", DISKS + ".x"})
    void aTemplateThatImportsNothingIsRefused(String name) {
        var made = client.call(
                "CreateImagePipeline", "BaseImageType", "OSS", "ImportImageOptions.OSType", "linux", name, "disk.raw");
        assertThat(made.refusal()).isEqualTo("404 MissingParameter.ImageOptionsDiskDeviceMappings");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DiskDeviceMapping.1", "DiskDeviceMapping.x"})
    void anImportOfNothingIsRefused(String name) {
        assertThat(client.call("ImportImage", name, "disk.raw").refusal())
                .isEqualTo("403 MissingParameter.DiskDeviceMapping");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ResourceId.1.x", "Tag.1", "TagFilter.1"})
    void tagsOfNothingAreNotThoseOfEverything(String name) {
        assertThat(client.call("ListTagResources", "ResourceType", "image", name, "m-x")
                        .refusal())
                .isEqualTo("403 BothEmpty.TagsAndResources");
    }

    @Test
    void whatIsNotKnownIsNotKept() {
        var image = new TestObjects(server, client).image("base");
        var template = client.call(
                "CreateImagePipeline",
                "BaseImageType",
                "IMAGE",
                "BaseImage",
                image,
                "RepairMode",
                "Customized",
                "RepairItem.1",
                "fstab",
                "RepairItem.1.Note",
                "not known");
        assertThat(template.status()).as(template.text()).isEqualTo(200);
        assertThat(server.jdbc()
                        .sql("select kept::text from template where id = :id")
                        .param("id", template.at("ImagePipelineId"))
                        .query(String.class)
                        .single())
                .contains("fstab")
                .doesNotContain("not known");
    }
}
