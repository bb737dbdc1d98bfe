package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageAttributesIT {

    private static final String IMAGE = "Images/Image/0/";

    private final ApiServer server = ApiServer.shared();
    private final WireClient client = server.newAccount();
    private final TestObjects objects = new TestObjects(server, client);

    @Test
    void whatIsChangedIsToldAndWhatIsNotGivenStays() {
        var id = objects.image("first", "family");
        modify(id, "ImageName", "second", "Description", "better", "BootMode", "UEFI", "LicenseType", "BYOL");
        modify(id, "Features.NvmeSupport", "supported", "Features.ImdsSupport", "v2");

        var image = client.call("DescribeImages", "ImageId", id);

        assertThat(List.of("ImageName", "ImageFamily", "Description", "BootMode", "LicenseType"))
                .extracting(member -> image.at(IMAGE + member))
                .containsExactly("second", "family", "better", "UEFI", "BYOL");
        assertThat(image.at(IMAGE + "Features/NvmeSupport")).isEqualTo("supported");
        assertThat(image.at(IMAGE + "Features/ImdsSupport")).isEqualTo("v2");
    }

    @Test
    void aDryRunAndARefusalChangeNothing() {
        var id = objects.image("same");
        assertThat(client.call("ModifyImageAttribute", "ImageId", id, "ImageName", "other", "DryRun", "true")
                        .refusal())
                .isEqualTo("400 DryRunOperation");
        assertThat(client.call("ModifyImageAttribute", "ImageId", id, "ImageName", "acs:x")
                        .refusal())
                .isEqualTo("400 InvalidImageName.Malformed");
        assertThat(client.call("ModifyImageAttribute", "ImageId", id).refusal()).isEqualTo("400 MissingParameter");
        assertThat(server.newAccount()
                        .call("ModifyImageAttribute", "ImageId", id, "ImageName", "stolen")
                        .refusal())
                .isEqualTo("404 InvalidImageId.NotFound");
        assertThat(client.call("DescribeImages", "ImageId", id).at(IMAGE + "ImageName"))
                .isEqualTo("same");
    }

    @Test
    void aFamilyGivesItsNewestImageThatIsNotDeprecated() {
        var older = objects.image("older", "debian");
        var newer = objects.image("newer", "debian");
        assertThat(ofFamily("debian")).isEqualTo(newer);
        modify(newer, "Status", "Deprecated");
        assertThat(ofFamily("debian")).isEqualTo(older);
        assertThat(client.call("DescribeImages").at("TotalCount")).isEqualTo("1");
        var deprecated = client.call("DescribeImages", "Status", "Deprecated");
        assertThat(deprecated.at(IMAGE + "ImageId")).isEqualTo(newer);
        assertThat(deprecated.at(IMAGE + "Status")).isEqualTo("Deprecated");
        modify(newer, "Status", "Available");
        assertThat(ofFamily("debian")).isEqualTo(newer);

        modify(older, "Status", "Deprecated");
        modify(newer, "Status", "Deprecated");
        assertThat(ofFamily("debian")).isEmpty();
        assertThat(ofFamily("none")).isEmpty();
        assertThat(client.call("CreateImagePipeline", "BaseImageType", "IMAGE_FAMILY", "BaseImage", "debian")
                        .refusal())
                .isEqualTo("404 InvalidImage.NotFound");
    }

    @Test
    void aFamilyGivesNoImageThatItsExecutionMayTakeBack() {
        var execution = objects.start(objects.template(objects.image("base")));
        objects.built(execution);
        server.jdbc()
                .sql("update image_copy set family = 'tested' where execution_id = :id")
                .param("id", execution)
                .update();
        objects.status(execution, "RELEASING");
        var image = ofFamily("tested");
        var create =
                List.of("BaseImageType", "IMAGE_FAMILY", "BaseImage", "tested").toArray(String[]::new);
        var template = client.call("CreateImagePipeline", create).at("ImagePipelineId");
        var format = "/api/v1/templates/" + template + "/output-format";

        for (var status : List.of("TESTING", "DISTRIBUTING", "CANCELLING")) {
            objects.status(execution, status);
            assertThat(ofFamily("tested")).as(status).isEmpty();
            assertThat(client.call("CreateImagePipeline", create).refusal()).isEqualTo("404 InvalidImage.NotFound");
            assertThat(client.call("StartImagePipelineExecution", "ImagePipelineId", template)
                            .refusal())
                    .isEqualTo("404 InvalidImagePipeline.BaseImageNotFound");
            assertThat(client.rest("PUT", format, "{\"format\":\"qcow2\"}").status())
                    .as("no base that is known to have no kernel")
                    .isEqualTo(200);
        }

        objects.status(execution, "RELEASING");
        assertThat(ofFamily("tested")).as("it has passed").isEqualTo(image);
        objects.start(template);
    }

    @Test
    void aFamilyOfOthersIsAsGoodAsNone() {
        var theirs = objects.image("theirs", "debian");
        var stranger = server.newAccount();
        client.call(
                "ModifyImageSharePermission",
                "ImageId",
                theirs,
                "AddAccount.1",
                stranger.keys().account());
        assertThat(stranger.call("DescribeImageFromFamily", "ImageFamily", "debian")
                        .at("Image/ImageId"))
                .isEmpty();
    }

    @Test
    void whatIsSharedIsNotDeprecatedAndWhatIsDeprecatedIsNotShared() {
        var other = server.newAccount().keys().account();
        var id = objects.image("either");
        client.call("ModifyImageSharePermission", "ImageId", id, "AddAccount.1", other);
        assertThat(client.call("ModifyImageAttribute", "ImageId", id, "Status", "Deprecated")
                        .refusal())
                .isEqualTo("403 ImageUseShared");
        client.call("ModifyImageSharePermission", "ImageId", id, "RemoveAccount.1", other);
        modify(id, "Status", "Deprecated");
        assertThat(client.call("ModifyImageSharePermission", "ImageId", id, "AddAccount.1", other)
                        .refusal())
                .isEqualTo("403 OperationDenied.InvalidImageStatus");
    }

    @Test
    void tagsAreAddedReplacedListedAndRemoved() {
        var first = objects.image("first");
        var second = objects.image("second");
        done("TagResources", "ResourceId.1", first, "ResourceId.2", second, "Tag.1.Key", "os", "Tag.1.Value", "old");
        done("TagResources", "ResourceId.1", first, "Tag.1.Key", "os", "Tag.1.Value", "new", "Tag.2.Key", "team");

        assertThat(tags("ResourceId.1", first)).containsExactly("os=new", "team=");
        assertThat(tags("Tag.1.Key", "os")).containsExactlyInAnyOrder("os=new", "os=old", "team=");
        assertThat(tags("TagFilter.1.TagKey", "os", "TagFilter.1.TagValues.1", "old"))
                .containsExactly("os=old");
        assertThat(tags("TagFilter.1.TagKey", "team")).containsExactly("os=new", "team=");
        assertThat(client.call("DescribeImages", "Tag.1.Key", "os", "Tag.1.Value", "old")
                        .at(IMAGE + "ImageId"))
                .isEqualTo(second);

        assertThat(client.call("UntagResources", "ResourceType", "image", "ResourceId.1", first)
                        .refusal())
                .isEqualTo("404 MissingParameter.Tags");
        done("UntagResources", "ResourceId.1", first, "TagKey.1", "os", "TagKey.2", "never");
        assertThat(tags("ResourceId.1", first)).containsExactly("team=");
        done("UntagResources", "ResourceId.1", first, "ResourceId.2", second, "All", "true");
        assertThat(tags("ResourceId.1", first, "ResourceId.2", second)).isEmpty();
    }

    @Test
    void taggingIsDoneWholeOrNot() {
        var own = objects.image("own");
        var theirs = new TestObjects(server, server.newAccount()).image("theirs");
        assertThat(client.call(
                                "TagResources",
                                "ResourceType",
                                "image",
                                "ResourceId.1",
                                own,
                                "ResourceId.2",
                                theirs,
                                "Tag.1.Key",
                                "k")
                        .refusal())
                .isEqualTo("404 InvalidResourceId.NotFound");
        assertThat(tags("ResourceId.1", own)).isEmpty();
    }

    @Test
    void tagsAreListedPageByPage() {
        var expected = new ArrayList<String>();
        for (int image = 0; image < 4; image++) {
            var id = objects.image("many");
            var parameters = new ArrayList<>(List.of("ResourceId.1", id));
            for (int tag = 1; tag <= 20; tag++) {
                parameters.addAll(List.of("Tag." + tag + ".Key", "k" + tag, "Tag." + tag + ".Value", id));
                expected.add("k" + tag + "=" + id);
            }
            done("TagResources", parameters.toArray(String[]::new));
        }
        var first = list("TagFilter.1.TagKey", "k1");
        var second = list("TagFilter.1.TagKey", "k1", "NextToken", first.at("NextToken"));
        var all = new ArrayList<>(tags(first));
        all.addAll(tags(second));
        assertThat(tags(first)).hasSize(50);
        assertThat(second.at("NextToken")).isEmpty();
        assertThat(all).containsExactlyInAnyOrderElementsOf(expected);
    }

    private void modify(String id, String... changes) {
        var parameters = new ArrayList<>(List.of("ImageId", id));
        parameters.addAll(List.of(changes));
        var done = client.call("ModifyImageAttribute", parameters.toArray(String[]::new));
        assertThat(done.status()).as(done.text()).isEqualTo(200);
    }

    private String ofFamily(String family) {
        return client.call("DescribeImageFromFamily", "ImageFamily", family).at("Image/ImageId");
    }

    private void done(String action, String... parameters) {
        var answer = client.call(action, typed(parameters));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    }

    private List<String> tags(String... filters) {
        return tags(list(filters));
    }

    private Reply list(String... filters) {
        return client.call("ListTagResources", typed(filters));
    }

    private static List<String> tags(Reply listed) {
        var tags = new ArrayList<String>();
        listed.json()
                .at("/TagResources/TagResource")
                .forEach(tag -> tags.add(tag.path("TagKey").asString() + "="
                        + tag.path("TagValue").asString()));
        return tags;
    }

    private static String[] typed(String... parameters) {
        var all = new ArrayList<>(List.of("ResourceType", "image"));
        all.addAll(List.of(parameters));
        return all.toArray(String[]::new);
    }
}
