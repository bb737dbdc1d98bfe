package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.TestSeed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a client sends, it never causes a 5xx, a stack trace or a hang. */
class GarbageIT {

    private static final List<String> ACTIONS = List.of(
            "DescribeRegions",
            "CreateImagePipeline",
            "DescribeImagePipelines",
            "DeleteImagePipeline",
            "StartImagePipelineExecution",
            "CancelImagePipelineExecution",
            "DescribeImagePipelineExecutions",
            "DescribeImages",
            "DeleteImage",
            "DescribeImageSharePermission",
            "ModifyImageSharePermission",
            "CreateImageComponent",
            "DescribeImageComponents",
            "DeleteImageComponent",
            "DescribeImageFromFamily",
            "ModifyImageAttribute",
            "ImportImage",
            "ExportImage",
            "CopyImage",
            "CancelCopyImage",
            "TagResources",
            "UntagResources",
            "ListTagResources");

    private static final List<String> NAMES = List.of(
            "RegionId",
            "ImagePipelineId",
            "ImagePipelineId.1",
            "ImagePipelineId.21",
            "ExecutionId",
            "ImageId",
            "Name",
            "BaseImageType",
            "BaseImage",
            "BuildContent",
            "TestContent",
            "ToRegionId.1",
            "ToRegionId.x",
            "AddAccount.1",
            "AddAccount.99999999999",
            "RemoveAccount.1",
            "Tag.1.Key",
            "Tag.1.Value",
            "Tag.1",
            "Tag..Key",
            "Tag.1.",
            "Tag.1.Other",
            "MaxResults",
            "NextToken",
            "PageNumber",
            "PageSize",
            "Status",
            "ClientToken",
            "SystemDiskSize",
            "InternetMaxBandwidthOut",
            "Description",
            "ImageName",
            "ImageFamily",
            "ImageOwnerId",
            "Filter.1.Key",
            "Filter.1.Value",
            "Force",
            "DryRun",
            "IsPublic",
            "RepairMode",
            "RepairItem.1",
            "Format",
            "ImageOptions.ImageTags.1.Key",
            "AdvancedOptions.ImageNameSuffix",
            "DiskDeviceMapping.1",
            "DiskDeviceMapping.1.OSSBucket",
            "DiskDeviceMapping.1.Other",
            "ImportImageOptions.DiskDeviceMappings.1",
            "ImportImageOptions.DiskDeviceMappings.1.OSSBucket",
            "ImportImageOptions.DiskDeviceMappings.1.DiskImageSize",
            "ImportImageOptions.DiskDeviceMappings..Format",
            "ImportImageOptions.ImportImageTags.1.Key",
            "ImageOwnerAlias",
            "OSType",
            "Content",
            "ComponentVersion",
            "ImageComponentId",
            "ImageComponentId.1",
            "Owner",
            "ResourceType",
            "ResourceId.1",
            "TagKey.1",
            "TagFilter.1.TagKey",
            "TagFilter.1.TagValues.1",
            "TagFilter.1.TagValues.x",
            "All",
            "Encrypted",
            "DestinationRegionId",
            "DestinationImageName",
            "Features.ImdsSupport");

    private static final List<String> VALUES = List.of(
            "",
            "cn-hangzhou",
            "IMAGE",
            "IMAGE_FAMILY",
            "m-base",
            "ip-x",
            "-1",
            "0",
            "1",
            "2147483648",
            "99999999999999999999999999",
            "1e9",
            "NaN",
            "true",
            "TRUE",
            "null",
            "'; drop table account; --",
            "%",
            "\\",
            "_",
            "*",
            ",",
            ",,,",
            "../..",
            "黄金",
            "\ud83d\ude00",
            "\u202e",
            "\u0001",
            "\r\n",
            "\uffff",
            "Available",
            "SUCCESS",
            "CreationStartTime",
            "+999999999-01-01T00:00Z",
            "0000-00-00T00:00Z",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "x".repeat(20_000),
            "RUN",
            "RUN \\",
            "ENV a",
            "{}",
            "[[[[",
            "image",
            "1.*.0",
            "Deprecated",
            "Tasks: [{Name: a}]");

    private final ApiServer server = ApiServer.shared();
    private final WireClient client = server.newAccount();

    @Test
    void signedNonsenseIsAnsweredByARefusal() {
        var random = TestSeed.random("GarbageIT");
        for (var round = 0; round < 1200; round++) {
            var parameters = new HashMap<String, String>();
            for (var at = random.nextInt(7); at >= 0; at--) {
                parameters.put(pick(random, NAMES), pick(random, VALUES));
            }
            if (random.nextInt(3) > 0) {
                parameters.put("RegionId", "cn-hangzhou");
            }
            var action = pick(random, ACTIONS);
            var reply = client.send("POST", "/", parameters, new byte[0], WireClient.v3Headers(action));
            assertThat(reply.status()).as(action + parameters + reply.text()).isLessThan(500);
        }
    }

    @Test
    void nonsenseThatIsNotEvenHttpIsAnsweredOrCutOff() throws IOException {
        var random = TestSeed.random("GarbageIT");
        for (var round = 0; round < 150; round++) {
            var bytes = new byte[random.nextInt(300)];
            random.nextBytes(bytes);
            var text = new String(bytes, StandardCharsets.ISO_8859_1);
            var request = switch (random.nextInt(4)) {
                case 0 -> text + "\r\n\r\n";
                case 1 -> "GET /?" + text.replaceAll("[\\s]", "") + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
                case 2 ->
                    "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + bytes.length + "\r\n\r\n"
                            + text;
                default ->
                    "GET /api/v1/" + text.replaceAll("[\\s]", "") + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
            };
            assertThat(raw(request)).doesNotContain(" 500 ").doesNotContain("\tat ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "DELETE", "PATCH", "HEAD", "BREW"})
    void otherMethodsAreRefused(String method) throws IOException {
        assertThat(raw(method + " / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .matches("(?s)HTTP/1.1 4\\d\\d .*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/?Action=%",
                "/?a=%FF",
                "/?a=%00",
                "/?a=1&a=1",
                "/%00",
                "/%2e%2e/x",
                "/?a=[]",
                "/api/v1/executions/%00",
                "/api/v1/executions/a%0Ab/logs",
                "/api/v1/images/%E0%A4%A",
                "/;x",
                "/error",
                "/v3/api-docs/%ff"
            })
    void brokenEncodingsAreRefused(String target) throws IOException {
        assertThat(raw("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .matches("(?s)HTTP/1.1 4\\d\\d .*");
    }

    @Test
    void pathsSignedByARealKeyAreNoDifferent() {
        for (var id : List.of("x", "m-" + "x".repeat(5000), "%C3%A9", "a%20b", "'", "a+b", "%7B%7D")) {
            for (var path : List.of("images/" + id, "images/" + id + "/content", "executions/" + id + "/logs")) {
                var reply = client.rest("GET", "/api/v1/" + path, "");
                assertThat(reply.status()).as(path + reply.text()).isBetween(400, 499);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\nabc",
                "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc",
                "POST /api/v1/accounts HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\nabc",
                "POST /api/v1/accounts HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc"
            })
    void bodiesThatAreMalformedOrBreakOffAreRefused(String request) throws IOException {
        assertThat(raw(request.replaceFirst("\r\n", "\r\nHost: x\r\nConnection: close\r\n")))
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json", "\"code\":\"BadRequest\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"+999999999-01-01T00:00:00Z", "+300000-01-01T00:00:00Z", "-999999999-01-01T00:00:00Z"})
    void timesThatTheDatabaseCannotHoldAreTimesNevertheless(String time) {
        for (var key : List.of("CreationStartTime", "CreationEndTime")) {
            var reply = client.call("DescribeImages", "Filter.1.Key", key, "Filter.1.Value", time);
            assertThat(reply.at("TotalCount")).as(reply.text()).isEqualTo("0");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {a: 1}                      | not valid JSON, as of line 1, column
                    {"maximalAgeSeconds":       | not valid JSON
                    {"maximalAgeSeconds": "1d"} | "maximalAgeSeconds"
                    [1]                         | has to be a JSON object
                    ''                          | needs a body
                    """)
    void aBodyThatCannotBeReadIsToldWhereAndWhy(String body, String said) {
        var reply = client.rest("PUT", "/api/v1/templates/ip-none/step-cache", body);
        assertThat(reply.refusal()).as(reply.text()).isEqualTo("400 BadRequest");
        assertThat(reply.at("detail")).contains(said).doesNotContain("1d");
    }

    @Test
    void tooMuchIsRefused() throws IOException {
        assertThat(raw("GET /?a=" + "x".repeat(300_000) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 4");
        var body = "a=" + "x".repeat(1_200_000);
        assertThat(raw("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                        + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + body.length()
                        + "\r\n\r\n"
                        + body))
                .startsWith("HTTP/1.1 400");
        var many = "a=1&".repeat(1);
        for (var at = 0; at < 3000; at++) {
            many += "p" + at + "=1&";
        }
        assertThat(raw("GET /?" + many + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
    }

    private static <T> T pick(Random random, List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private String raw(String request) throws IOException {
        return RawHttp.exchange(server.port(), request);
    }
}
