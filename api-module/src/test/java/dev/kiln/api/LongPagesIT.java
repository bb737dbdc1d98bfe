package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What a stranger sends, and what a tenant has, takes no more of an API's memory than many of them can take at once.
 */
class LongPagesIT {

    // XML makes five characters of each.
    private static final String LONGEST = "RUN : " + "&".repeat((16 << 10) - 6);
    private static final int MANY = 70;

    private final ApiServer server = ApiServer.shared();
    private final WireClient client = server.newAccount();

    @Test
    void aPageOfLongTemplatesEndsBeforeItIsTooLongAndTheNextGoesOn() {
        var image = new TestObjects(server, client).image("base");
        for (var made = 0; made < MANY; made++) {
            var template = client.call(
                    "CreateImagePipeline", "BaseImageType", "IMAGE", "BaseImage", image, "BuildContent", LONGEST);
            assertThat(template.status()).as(template.text()).isEqualTo(200);
        }
        allOnShortPages("DescribeImagePipelines", "/ImagePipeline/ImagePipelineSet", "ImagePipelineId");
    }

    @Test
    void soDoesAPageOfLongComponents() {
        for (var made = 0; made < MANY; made++) {
            var component = client.call("CreateImageComponent", "Content", LONGEST);
            assertThat(component.status()).as(component.text()).isEqualTo(200);
        }
        allOnShortPages("DescribeImageComponents", "/ImageComponent/ImageComponentSet", "ImageComponentId");
    }

    @Test
    void andOfFailuresWithLongOutput() {
        var objects = new TestObjects(server, client);
        var template = objects.template(objects.image("base"));
        for (var failed = 0; failed < MANY; failed++) {
            objects.finish(objects.start(template), "FAILED");
        }
        server.jdbc()
                .sql("update execution set error_info = repeat('&', 16000) where template_id = :template")
                .param("template", template)
                .update();
        allOnShortPages(
                "DescribeImagePipelineExecutions",
                "/ImagePipelineExecution/ImagePipelineExecutionSet",
                "ExecutionId",
                "ImagePipelineId",
                template);
    }

    private void allOnShortPages(String operation, String set, String id, String... filter) {
        var ids = new ArrayList<String>();
        var next = "";
        var pages = 0;
        do {
            var parameters = new ArrayList<>(List.of("MaxResults", "500", "NextToken", next));
            parameters.addAll(List.of(filter));
            var page = client.call(operation, parameters.toArray(String[]::new));
            assertThat(page.bytes().length).isLessThan(1_200_000);
            assertThat(page.json().path("TotalCount").asInt()).isEqualTo(MANY);
            page.json().at(set).forEach(one -> ids.add(one.path(id).asString()));
            next = page.json().path("NextToken").asString();
            pages++;
        } while (!next.isEmpty());
        assertThat(pages).isEqualTo(2);
        assertThat(ids).hasSize(MANY);
        assertThat(new HashSet<>(ids)).hasSize(MANY);
    }

    @Test
    void aFormOfTheWireIsAtMostAsLongAsAQuery() {
        var form = ("Description=" + "x".repeat(256 << 10)).getBytes(StandardCharsets.UTF_8);
        var headers = WireClient.v3Headers("DescribeImages");
        headers.put("content-type", "application/x-www-form-urlencoded");
        var reply = client.send("POST", "/", Map.of("RegionId", WireClient.REGION), form, headers);
        assertThat(reply.refusal()).isEqualTo("400 InvalidParameter");
        assertThat(reply.text()).contains("262144 bytes");
    }
}
