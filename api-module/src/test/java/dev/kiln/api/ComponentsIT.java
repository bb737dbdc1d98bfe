package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class ComponentsIT {

    private static final String TASKS = """
            Parameters:
              port: {Type: Number, DefaultValue: 8080}
              motd: {Type: String}
            Tasks:
            - {Name: motd, Action: RunShellCommand, Properties: {commandContent: 'echo {{motd}} > /etc/motd'}}
            """;
    private static final String SET = "ImageComponent/ImageComponentSet/";

    private final ApiServer server = ApiServer.shared();
    private final WireClient client = server.newAccount();
    private final TestObjects objects = new TestObjects(server, client);

    @Test
    void everythingGivenIsReturned() {
        var id = create(
                "Name", "nginx",
                "Description", "a web server",
                "SystemType", "Linux",
                "ComponentType", "Test",
                "Content", TASKS,
                "ComponentVersion", "1.2.3",
                "ResourceGroupId", "rg-1",
                "Tag.1.Key", "team",
                "Tag.1.Value", "web");

        var listed = client.call("DescribeImageComponents", "ImageComponentId.1", id);

        assertThat(listed.at("TotalCount")).isEqualTo("1");
        assertThat(id).matches("ic-[a-z0-9]{20}");
        assertThat(List.of("Name", "Description", "SystemType", "ComponentType", "ComponentVersion", "ResourceGroupId"))
                .extracting(member -> listed.at(SET + "0/" + member))
                .containsExactly("nginx", "a web server", "Linux", "Test", "1.2.3", "rg-1");
        assertThat(List.of("Content", "Owner", "Tags/Tag/0/TagValue", "Parameters/Parameter/0/Name"))
                .extracting(member -> listed.at(SET + "0/" + member))
                .containsExactly(TASKS, "SELF", "web", "port");
        assertThat(listed.at(SET + "0/Parameters/Parameter/0/DefaultValue")).isEqualTo("8080");
        assertThat(listed.at(SET + "0/Parameters/Parameter/1/Type")).isEqualTo("String");
        assertThat(listed.at(SET + "0/CreationTime")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
    }

    @Test
    void aComponentWithoutANameOrVersionGetsItsIdAndTheNextMajorVersion() {
        var alone = create("Content", "RUN true");
        assertThat(client.call("DescribeImageComponents", "Name", alone).at(SET + "0/ComponentVersion"))
                .isEqualTo("1.0.0");
        create("Name", "nginx", "Content", "RUN true", "ComponentVersion", "3.1.4");
        var next = create("Name", "nginx", "Content", "RUN true");
        assertThat(client.call("DescribeImageComponents", "ImageComponentId.1", next)
                        .at(SET + "0/ComponentVersion"))
                .isEqualTo("4.0.0");
    }

    @Test
    void theHighestVersionHasNoNext() {
        create("Name", "last", "Content", "RUN true", "ComponentVersion", "999999.0.0");
        assertThat(client.call("CreateImageComponent", "Name", "last", "Content", "RUN true")
                        .refusal())
                .isEqualTo("400 InvalidParameter.ComponentVersion");
    }

    @Test
    void simultaneousCreationsWithoutAVersionGetOneEach() throws Exception {
        var callers = new ArrayList<Callable<Reply>>();
        for (int caller = 0; caller < 8; caller++) {
            callers.add(() -> client.call("CreateImageComponent", "Name", "busy", "Content", "RUN true"));
        }
        var threads = Executors.newFixedThreadPool(callers.size());
        try {
            for (var made : threads.invokeAll(callers)) {
                assertThat(made.get().status()).as(made.get().text()).isEqualTo(200);
            }
        } finally {
            threads.shutdown();
        }
        var listed = client.call("DescribeImageComponents", "Name", "busy", "ComponentVersion", "*.0.0");
        assertThat(listed.at("TotalCount")).isEqualTo("8");
        assertThat(client.call("DescribeImageComponents", "Name", "busy", "ComponentVersion", "8.0.0")
                        .at("TotalCount"))
                .isEqualTo("1");
    }

    @Test
    void aClientTokenMakesOne() {
        var first = create("Content", "RUN true", "ClientToken", "once");
        assertThat(create("Content", "RUN true", "ClientToken", "once")).isEqualTo(first);
        assertThat(client.call("CreateImageComponent", "Content", "RUN false", "ClientToken", "once")
                        .refusal())
                .isEqualTo("400 IdempotentParameterMismatch");
    }

    @Test
    void filtersNarrowAndPagesFollowOneAnother() {
        create("Name", "ab", "Content", "RUN true", "ComponentVersion", "1.1.0", "SystemType", "Windows");
        create("Name", "ab", "Content", "RUN true", "ComponentVersion", "1.1.1", "ComponentType", "Test");
        assertThat(count("Name", "a")).isEqualTo("0"); // a name is matched as a whole
        assertThat(count("Name", "ab")).isEqualTo("2");
        assertThat(count("Name", "ab", "ComponentVersion", "1.*.1")).isEqualTo("1");
        assertThat(count("SystemType", "Windows")).isEqualTo("1");
        assertThat(count("ComponentType", "Test")).isEqualTo("1");
        assertThat(count("Owner", "ALIYUN")).isEqualTo("0");
        assertThat(count("Owner", "SELF")).isEqualTo("2");
        assertThat(count("ResourceGroupId", "rg")).isEqualTo("0");
        assertThat(count("RegionId", "cn-beijing")).isEqualTo("0");
        assertThat(server.newAccount().call("DescribeImageComponents").at("TotalCount"))
                .isEqualTo("0");
        var first = client.call("DescribeImageComponents", "MaxResults", "1");
        var second = client.call("DescribeImageComponents", "MaxResults", "1", "NextToken", first.at("NextToken"));
        assertThat(second.at(SET + "0/ComponentVersion")).isEqualTo("1.1.0");
        assertThat(second.at("NextToken")).isEmpty();
    }

    @Test
    void aTemplateUsesComponentsThatFit() {
        var build = create("Name", "build", "Content", TASKS);
        var test = create("Name", "test", "Content", "RUN true", "ComponentType", "Test");
        var windows = create("Content", "RUN true", "SystemType", "Windows");
        assertThat(template("COMPONENT " + build + " --motd hello", "COMPONENT " + test)
                        .status())
                .isEqualTo(200);
        assertThat(template("COMPONENT acs:ecs:*:*:imagecomponent/build/*.*.* --motd a", "")
                        .status())
                .isEqualTo(200);
        assertThat(template("COMPONENT " + build, "").refusal()).isEqualTo("400 InvalidImageComponent.NotSupported");
        assertThat(template("COMPONENT " + build + " --motd a --port no", "").refusal())
                .isEqualTo("400 InvalidImageComponent.NotSupported");
        assertThat(template("COMPONENT " + test, "").refusal()).isEqualTo("400 InvalidImageComponent.NotSupported");
        assertThat(template("COMPONENT " + windows, "").refusal()).isEqualTo("400 InvalidImageComponent.NotSupported");
        assertThat(template("COMPONENT ic-none", "").refusal()).isEqualTo("404 ImageComponent.NotFound");
    }

    @Test
    void whatOthersMadeIsAsGoodAsNone() {
        var stranger = server.newAccount();
        var theirs =
                stranger.call("CreateImageComponent", "Content", "RUN true").at("ImageComponentId");
        assertThat(template("COMPONENT " + theirs, "").refusal()).isEqualTo("404 ImageComponent.NotFound");
        assertThat(client.call("DeleteImageComponent", "ImageComponentId", theirs)
                        .refusal())
                .isEqualTo("404 InvalidImageComponent.NotFound");
        assertThat(stranger.call("DeleteImageComponent", "ImageComponentId", theirs, "RegionId", "cn-beijing")
                        .refusal())
                .isEqualTo("404 InvalidImageComponent.NotFound");
    }

    @Test
    void onlyWhatNoTemplateNamesIsDeleted() {
        var old = create("Name", "shell", "Content", "RUN true", "ComponentVersion", "1.0.0");
        var newer = create("Name", "shell", "Content", "RUN true", "ComponentVersion", "1.0.1");
        var template = template("COMPONENT acs:ecs:*:*:imagecomponent/shell/1.*.*", "");
        assertThat(delete(newer)).isEqualTo("403 InvalidImageComponent.InUse");
        assertThat(client.call("DeleteImageComponent", "ImageComponentId", old).status())
                .isEqualTo(200);
        client.call("DeleteImagePipeline", "ImagePipelineId", template.at("ImagePipelineId"));
        assertThat(client.call("DeleteImageComponent", "ImageComponentId", newer)
                        .status())
                .isEqualTo(200);
        assertThat(delete(newer)).isEqualTo("404 InvalidImageComponent.NotFound");
        assertThat(count()).isEqualTo("0");
    }

    private String delete(String id) {
        return client.call("DeleteImageComponent", "ImageComponentId", id).refusal();
    }

    private Reply template(String buildContent, String testContent) {
        return client.call(
                "CreateImagePipeline",
                "BaseImageType",
                "IMAGE",
                "BaseImage",
                objects.image("base"),
                "BuildContent",
                buildContent,
                "TestContent",
                testContent);
    }

    private String create(String... parameters) {
        var made = client.call("CreateImageComponent", parameters);
        assertThat(made.status()).as(made.text()).isEqualTo(200);
        return made.at("ImageComponentId");
    }

    private String count(String... filters) {
        return client.call("DescribeImageComponents", filters).at("TotalCount");
    }
}
