package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.operation.Declaration;
import dev.kiln.api.rest.RestAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What policies allow and refuse, over the wire and over REST. */
class PermissionsIT {

    private final ApiServer server = ApiServer.shared();
    private final WireClient account = server.newAccount();
    private final TestObjects objects = new TestObjects(server, account);
    private final String number = account.keys().account();

    private WireClient key(String... statements) {
        return TestKeys.narrowed(server, account, TestKeys.policy(statements));
    }

    private static String allow(String action, String resource) {
        return TestKeys.statement("Allow", action, resource);
    }

    private static String deny(String action, String resource) {
        return TestKeys.statement("Deny", action, resource);
    }

    @Test
    void aRefusalNamesTheActionAndTheResourceInBothFormats() {
        var key = key(allow("ecs:DescribeRegions", "*"));
        var resource = "acs:ecs:cn-hangzhou:" + number + ":imagepipeline/ip-1";
        var refusal = key.call("StartImagePipelineExecution", "ImagePipelineId", "ip-1");
        assertThat(refusal.refusal()).isEqualTo("403 Forbidden.RAM");
        assertThat(refusal.at("Message")).contains("\"ecs:StartImagePipelineExecution\"", resource);
        assertThat(key.v1("GET", "DeleteImagePipeline", "RegionId", "cn-hangzhou", "ImagePipelineId", "ip-1")
                        .text())
                .contains("<Code>Forbidden.RAM</Code>", "ecs:DeleteImagePipeline", resource);
        assertThat(key.rest("GET", "/api/v1/keys", "").text())
                .contains("Forbidden.RAM", "kiln:ListKeys", "acs:kiln:*:" + number + ":key/*");
    }

    @Test
    void everyOperationIsRefusedAndAllowedByItsName() {
        var nothing = key(deny("*", "*"));
        var all = key(allow("ecs:*", "*"));
        for (var operation : server.declarations()) {
            var query = wellFormed(operation);
            assertThat(send(nothing, operation, query).refusal())
                    .as(operation.name())
                    .isEqualTo("403 Forbidden.RAM");
            assertThat(send(all, operation, query).refusal())
                    .as(operation.name())
                    .isEqualTo(send(account, operation, query).refusal())
                    .doesNotContain("Forbidden.RAM");
        }
    }

    private static Reply send(WireClient key, Declaration<?> operation, Map<String, String> query) {
        return key.send("POST", "/", query, new byte[0], WireClient.v3Headers(operation.name()));
    }

    /** What passes the checks of form, and finds nothing. */
    private static Map<String, String> wellFormed(Declaration<?> operation) {
        var query = WireClient.pairs("DryRun", "true");
        var usual = Map.of(
                "RegionId", WireClient.REGION,
                "BaseImageType", "IMAGE",
                "ResourceType", "image",
                "Content", "RUN true");
        var needed = Map.of(
                "DescribeImagePipelineExecutions", "ExecutionId",
                "ModifyImageAttribute", "ImageName",
                "UntagResources", "TagKey.1",
                "CreateImagePipeline", "BaseImage",
                "ListTagResources", "ResourceId.1",
                "ImportImage", "DiskDeviceMapping.1.OSSBucket");
        operation.parameters().stream()
                .filter(parameter -> parameter.isRequired())
                .forEach(parameter -> query.put(
                        parameter.name()
                                + (parameter.form().suffix().isEmpty() ? "" : ".1")
                                + (parameter.form().members().isEmpty() ? "" : ".Key"),
                        usual.getOrDefault(parameter.name(), "none")));
        if (operation.name().equals("ImportImage")) {
            query.put("DiskDeviceMapping.1.OSSObject", "none");
        }
        if (needed.containsKey(operation.name())) {
            query.put(needed.get(operation.name()), "none");
        }
        return query;
    }

    @Test
    void theExecutionsOfATemplateThatIsDeniedAreNotListed() {
        var image = objects.image("base");
        var open = objects.template(image);
        var closed = objects.template(image);
        var list = "ecs:DescribeImagePipelineExecutions";
        // An Allow on executions alone is enough, as ever.
        var key = key(
                allow(list, "acs:ecs:*:*:imagepipelineexecution/*"), deny(list, "acs:ecs:*:*:imagepipeline/" + closed));

        assertThat(key.call("DescribeImagePipelineExecutions", "ImagePipelineId", open)
                        .status())
                .isEqualTo(200);
        assertThat(key.call("DescribeImagePipelineExecutions", "ImagePipelineId", closed)
                        .refusal())
                .isEqualTo("403 Forbidden.RAM");
    }

    @Test
    void aKeyForOneTemplateStartsAndCancelsThatOneAlone() {
        var image = objects.image("base");
        var mine = objects.template(image);
        var other = objects.template(image);
        var key = key(
                allow("ecs:StartImagePipelineExecution", "acs:ecs:*:*:imagepipeline/" + mine),
                allow("ecs:CancelImagePipelineExecution", "acs:ecs:*:*:imagepipeline/" + mine),
                allow("ecs:DescribeImagePipelines", "acs:ecs:*:*:imagepipeline/" + mine));
        var execution = new TestObjects(server, key).start(mine);
        assertThat(key.call("CancelImagePipelineExecution", "ExecutionId", execution)
                        .status())
                .isEqualTo(200);
        assertThat(key.call("DescribeImagePipelines", "ImagePipelineId.1", mine).status())
                .isEqualTo(200);
        for (var id : List.of(other, "ip-none")) {
            assertThat(key.call("StartImagePipelineExecution", "ImagePipelineId", id)
                            .refusal())
                    .isEqualTo("403 Forbidden.RAM");
            assertThat(key.call("DescribeImagePipelines", "ImagePipelineId.1", mine, "ImagePipelineId.2", id)
                            .refusal())
                    .isEqualTo("403 Forbidden.RAM");
        }
        assertThat(key.call("DescribeImagePipelines").refusal()).isEqualTo("403 Forbidden.RAM");
        assertThat(key.call("StartImagePipelineExecution", "ImagePipelineId", mine, "RegionId", "cn-beijing")
                        .refusal())
                .isEqualTo("404 InvalidImagePipeline.NotFound");
    }

    @Test
    void aCancelTellsNobodyWhetherAnExecutionOfAnotherTemplateExists() {
        var image = objects.image("base");
        var mine = objects.template(image);
        var hidden = objects.start(objects.template(image));
        var narrow = key(allow("ecs:Cancel*", "acs:ecs:*:*:imagepipeline/" + mine));
        var deniedTemplate = account.call("DescribeImagePipelineExecutions", "ExecutionId", hidden)
                .at("ImagePipelineExecution/ImagePipelineExecutionSet/0/ImagePipelineId");
        var denied = key(allow("*", "*"), deny("ecs:Cancel*", "acs:ecs:*:*:imagepipeline/" + deniedTemplate));
        for (var key : List.of(narrow, denied)) {
            var known = key.call("CancelImagePipelineExecution", "ExecutionId", hidden);
            var unknown = key.call("CancelImagePipelineExecution", "ExecutionId", "exec-none");
            assertThat(known.refusal()).isEqualTo(unknown.refusal());
            assertThat(known.at("Message")).isEqualTo(unknown.at("Message"));
        }
        assertThat(narrow.call("CancelImagePipelineExecution", "ExecutionId", hidden)
                        .refusal())
                .isEqualTo("403 Forbidden.RAM");
        assertThat(account.call("CancelImagePipelineExecution", "ExecutionId", hidden)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void everyImageOfAListHasToBeAllowedAndRegionsAreKeptApart() {
        var one = objects.image("one");
        var two = objects.image("two");
        var key = key(
                allow("ecs:*", "acs:ecs:cn-hangzhou:" + number + ":image/" + one),
                allow("ecs:TagResources", "acs:ecs:*:*:image/" + two));
        assertThat(key.call("DescribeImages", "ImageId", one).at("TotalCount")).isEqualTo("1");
        assertThat(key.call("DescribeImages", "ImageId", one + "," + two).refusal())
                .isEqualTo("403 Forbidden.RAM");
        assertThat(key.call("DescribeImages").refusal()).isEqualTo("403 Forbidden.RAM");
        assertThat(key.call("DescribeImages", "ImageId", one, "RegionId", "cn-beijing")
                        .refusal())
                .isEqualTo("403 Forbidden.RAM");
        var tags = new String[] {
            "ResourceType", "image", "ResourceId.1", one, "ResourceId.2", two, "Tag.1.Key", "k", "Tag.1.Value", "v"
        };
        assertThat(key.call("TagResources", tags).status()).isEqualTo(200);
        assertThat(key.call("ListTagResources", "ResourceType", "image", "ResourceId.1", two)
                        .refusal())
                .isEqualTo("403 Forbidden.RAM");
        assertThat(key.call("ListTagResources", "ResourceType", "image", "Tag.1.Key", "k")
                        .refusal())
                .isEqualTo("403 Forbidden.RAM");
    }

    @Test
    void whatIsMissingOrMalformedIsToldBeforeWhatIsForbidden() {
        var nothing = key(deny("*", "*"));
        assertThat(nothing.plain("DescribeImages").refusal()).isEqualTo("400 MissingParameter");
        assertThat(nothing.call("Nonsense").refusal()).isEqualTo("404 InvalidAction.NotFound");
    }

    @Test
    void everyRouteOfTheRestApiIsInTheTable() {
        var documented = new TreeSet<String>();
        server.as(ApiServer.ROOT)
                .exchange("GET", "/v3/api-docs", new byte[0], Map.of())
                .json()
                .path("paths")
                .forEachEntry((path, methods) -> methods.propertyNames()
                        .forEach(method -> documented.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path)));
        assertThat(RestAction.ALL.stream().map(row -> row.method() + " " + row.path()))
                .containsExactlyInAnyOrderElementsOf(documented);
        // One region is retried by the same right as all.
        assertThat(RestAction.ALL.stream()
                        .filter(row -> !row.path().contains("{region}"))
                        .map(RestAction::action))
                .doesNotHaveDuplicates();
    }

    @Test
    void everyRouteIsRefusedWithoutItsActionAndAllowedByIt() {
        for (var row : RestAction.ALL) {
            var path = row.path().replace("{id}", "none").replace("{region}", "nowhere")
                    + (row.region().isEmpty() ? "" : "?name=x&regionId=nowhere");
            var without = key(allow("*", "*"), deny(row.action(), "*"));
            var with = key(allow(row.action(), "*"));
            assertThat(without.rest(row.method(), path, "{").refusal())
                    .as(row.action())
                    .isEqualTo("403 Forbidden.RAM");
            assertThat(with.rest(row.method(), path, "{").refusal())
                    .as(row.action())
                    .isEqualTo(account.rest(row.method(), path, "{").refusal())
                    .doesNotContain("Forbidden.RAM");
        }
        var head = key(allow("ecs:*", "*")).rest("HEAD", "/api/v1/images/m-none/content", "");
        assertThat(head.status()).isEqualTo(403);
    }

    @Test
    void nobodyGetsAroundTheWireByRest() {
        var image = objects.image("secret");
        var key = key(allow("ecs:*", "*"));
        for (var path : List.of("/api/v1/images/" + image + "/content", "/api/v1/images/" + image)) {
            assertThat(key.rest("GET", path, "").refusal()).isEqualTo("403 Forbidden.RAM");
            // However the path is written, it is the route that counts.
            assertThat(key.rest("GET", path.replace("images", "%69mages"), "").status())
                    .isIn(400, 403, 404);
            assertThat(key.rest("GET", path + "/", "").status()).isIn(403, 404);
            assertThat(key.rest("GET", path + ";x=y", "").status()).isIn(400, 403, 404);
        }
        assertThat(key.rest("OPTIONS", "/api/v1/keys", "").status()).isEqualTo(403);
        var upload =
                key.upload("POST", "/api/v1/images?name=x&regionId=cn-hangzhou", TestObjects.tar("a", "b"), Map.of());
        assertThat(upload.refusal()).isEqualTo("403 Forbidden.RAM");
    }

    @Test
    void aRegionThatIsDeniedIsOutOfReachByRestAndAnAllowHasToCoverAll() {
        var image = objects.image("regional");
        var path = "/api/v1/images/" + image + "/content";
        var hangzhou = "acs:ecs:cn-hangzhou:*:image/*";
        assertThat(key(allow("*", "*"), deny("kiln:*", hangzhou))
                        .rest("GET", path, "")
                        .refusal())
                .isEqualTo("403 Forbidden.RAM");
        assertThat(key(allow("kiln:*", hangzhou)).rest("GET", path, "").refusal())
                .isEqualTo("403 Forbidden.RAM");
        assertThat(key(allow("kiln:*", "acs:ecs:*:*:image/" + image))
                        .rest("GET", path, "")
                        .status())
                .isEqualTo(200);
        var uploader = key(allow("kiln:UploadImage", hangzhou));
        assertThat(new TestObjects(server, uploader).image("uploaded")).startsWith("m-");
        assertThat(uploader.upload("POST", "/api/v1/images?name=x&regionId=cn-beijing", new byte[1], Map.of())
                        .refusal())
                .isEqualTo("403 Forbidden.RAM");
        // A region that is beside the point does not narrow what is checked.
        assertThat(key(allow("kiln:*", "acs:ecs:cn-beijing:*:*"))
                        .rest("GET", path + "?regionId=cn-beijing", "")
                        .refusal())
                .isEqualTo("403 Forbidden.RAM");
    }

    @Test
    void aKeyMayBeForOneExecutionOrOneContextOrOneKey() {
        var template = objects.template(objects.image("base"));
        var execution = objects.start(template);
        var reader = key(allow("kiln:GetExecution*", "acs:ecs:*:*:imagepipelineexecution/" + execution));
        for (var what : List.of("", "/events", "/targets", "/logs")) {
            assertThat(reader.rest("GET", "/api/v1/executions/" + execution + what, "")
                            .status())
                    .isEqualTo(200);
            assertThat(reader.rest("GET", "/api/v1/executions/exec-none" + what, "")
                            .refusal())
                    .isEqualTo("403 Forbidden.RAM");
        }
        assertThat(reader.rest("POST", "/api/v1/executions/" + execution + "/targets/retry", "")
                        .refusal())
                .isEqualTo("403 Forbidden.RAM");
        var self = key(
                allow("kiln:DisableKey", "acs:kiln:*:*:key/" + account.keys().id()));
        assertThat(self.rest("POST", "/api/v1/keys/" + self.keys().id() + "/disable", "")
                        .refusal())
                .isEqualTo("403 Forbidden.RAM");
    }

    @Test
    void aKeyWithoutAPolicyIsAskedNothing() {
        var resources = new ArrayList<Reply>();
        Stream.of("DescribeRegions", "DescribeImages", "DescribeImagePipelines")
                .forEach(action -> resources.add(account.call(action)));
        assertThat(resources).allMatch(reply -> reply.status() == 200);
    }
}
