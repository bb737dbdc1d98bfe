package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Gateway;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.signature.FormText;
import dev.kiln.testing.TestServers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every code that an operation declares, and so docs/api.md lists, is provoked here and has its status. */
class ErrorCodesIT {

    private final ApiServer server = ApiServer.shared();
    private final WireClient client = server.newAccount();
    private final TestObjects objects = new TestObjects(server, client);
    private final String image = objects.image("base");

    @TempDir
    private Path regions;

    private final Map<String, Supplier<Reply>> provoked = new LinkedHashMap<>();

    @Test
    void everyCodeIsProvokedAndHasItsStatus() {
        ofTheProtocol();
        ofTemplates();
        ofComponents();
        ofExecutions();
        provoked.putAll(new KeyErrors(server, client).provoked());
        provoked.putAll(new ImageErrors(server, client, image).provoked());
        server.declarations().forEach(this::ofFormsWithoutACodeOfTheirOwn);
        var declared = declared();
        assertThat(provoked.keySet()).containsExactlyInAnyOrderElementsOf(declared.keySet());
        var wrong = new ArrayList<String>();
        provoked.forEach((code, call) -> {
            var refusal = call.get().refusal();
            if (!refusal.equals(declared.get(code) + " " + code)) {
                wrong.add(code + " was " + refusal);
            }
        });
        assertThat(wrong).isEmpty();
    }

    @Test
    void inARegionThatThereIsNotNothingIsListed() {
        for (var listing : List.of(
                List.of("DescribeImages"),
                List.of("DescribeImagePipelines"),
                List.of("DescribeImageComponents"),
                List.of("DescribeImageFromFamily", "ImageFamily", "debian"),
                List.of("DescribeImagePipelineExecutions", "ImagePipelineId", objects.template(image)))) {
            var parameters = new ArrayList<>(listing.subList(1, listing.size()));
            parameters.addAll(List.of("RegionId", "cn-nowhere"));
            var refused = client.call(listing.get(0), parameters.toArray(String[]::new));
            assertThat(refused.refusal()).as(listing.get(0)).isEqualTo("404 InvalidRegionId.NotFound");
            assertThat(refused.text()).contains("cn-nowhere", "DescribeRegions");
        }
    }

    /** The status of each code that is declared somewhere; nowhere may it have two. */
    private Map<String, Integer> declared() {
        var codes = new TreeMap<String, Integer>();
        Stream.concat(
                        Gateway.CODES.stream(),
                        server.declarations().stream().flatMap(declaration -> declaration.codes().stream()))
                .forEach(code -> assertThat(codes.merge(code.code(), code.status(), Math::max))
                        .as(code.code())
                        .isEqualTo(code.status()));
        return codes;
    }

    private void v1(String code, String name, String value) {
        provoked.put(code, () -> {
            var signed = new HashMap<>(client.signV1("GET", "DescribeRegions", Map.of("Format", "JSON")));
            signed.put(name, value);
            return client.exchange("GET", "/?" + FormText.canonical(signed), new byte[0], Map.of());
        });
    }

    private void ofTheProtocol() {
        provoked.put("MissingAction", () -> v3(headers -> headers.put("x-acs-action", "")));
        provoked.put("MissingVersion", () -> v3(headers -> headers.put("x-acs-version", "")));
        provoked.put("InvalidVersion", () -> v3(headers -> headers.put("x-acs-version", "2011-01-01")));
        provoked.put("IncompleteSignature", () -> v3(headers -> headers.remove("x-acs-date")));
        provoked.put("InvalidTimeStamp.Format", () -> v3(headers -> headers.put("x-acs-date", "2026-13-45T99:00:00Z")));
        provoked.put(
                "InvalidTimeStamp.Expired", () -> v3(headers -> headers.put("x-acs-date", "2020-01-01T00:00:00Z")));
        provoked.put(
                "InvalidSignatureNonce", () -> v3(headers -> headers.put("x-acs-signature-nonce", "x".repeat(129))));
        v1("MissingAccessKeyId", "AccessKeyId", "");
        v1("InvalidAccessKeyId.NotFound", "AccessKeyId", "nobody");
        v1("SignatureDoesNotMatch", "RegionId", "added");
        v1("InvalidSignatureMethod", "SignatureMethod", "HMAC-MD5");
        v1("InvalidSignatureVersion", "SignatureVersion", "2.0");
        provoked.put("InvalidAccessKeyId.Inactive", () -> {
            var other = server.newAccount();
            server.jdbc()
                    .sql("update access_key set active = false where id = :id")
                    .param("id", other.keys().id())
                    .update();
            return other.call("DescribeRegions");
        });
        provoked.put("SignatureNonceUsed", () -> {
            var headers = WireClient.v3Headers("DescribeRegions");
            client.send("GET", "/", Map.of(), new byte[0], headers);
            return client.send("GET", "/", Map.of(), new byte[0], headers);
        });
        provoked.put(
                "InvalidParameter",
                () -> client.exchange(
                        "GET", "/?a=%25&a=1", new byte[0], Map.of("authorization", "ACS3-HMAC-SHA256 x")));
        provoked.put("Throttling.User", this::throttled);
        wire("InvalidParameter.Format", "DescribeRegions", "Format", "YAML");
        provoked.put(
                "UnsupportedHTTPMethod", () -> client.exchange("PUT", "/", new byte[0], Map.of("authorization", "x")));
        wire("InvalidAction.NotFound", "ModifyImagePipeline");
        provoked.put("MissingParameter", () -> client.plain("DescribeImages"));
        wire("InvalidResourceType.NotFound", "DescribeRegions", "ResourceType", "x");
        wire("InvalidAcceptLanguage.NotFound", "DescribeRegions", "AcceptLanguage", "x");
    }

    // On a server of its own: how fast this machine is must not decide whether a limit is reached.
    private Reply throttled() {
        var limits = Map.of("kiln.throttle.burst", "1", "kiln.throttle.per-second", "1");
        try (var limited = ApiServer.start(TestServers.freshDatabase(), regions, limits)) {
            var busy = limited.as(ApiServer.ROOT);
            var answer = busy.call("DescribeRegions");
            for (int call = 0; call < 100 && answer.status() == 200; call++) {
                answer = busy.call("DescribeRegions");
            }
            return answer;
        }
    }

    private Reply v3(java.util.function.Consumer<Map<String, String>> change) {
        var headers = WireClient.v3Headers("DescribeRegions");
        change.accept(headers);
        return client.send("POST", "/", Map.of(), new byte[0], headers);
    }

    private void wire(String code, String action, String... parameters) {
        provoked.put(code, () -> client.call(action, parameters));
    }

    private void create(String code, String... parameters) {
        var all = new ArrayList<>(List.of("BaseImageType", "IMAGE", "BaseImage", image));
        all.addAll(List.of(parameters));
        wire(code, "CreateImagePipeline", all.toArray(String[]::new));
    }

    private void ofTemplates() {
        create("InvalidRegionId.NotFound", "ToRegionId.1", "nowhere");
        create("InvalidClientToken.Malformed", "ClientToken", "x".repeat(65));
        provoked.put("IdempotentParameterMismatch", () -> {
            client.call("CreateImagePipeline", "BaseImageType", "IMAGE", "BaseImage", image, "ClientToken", "t");
            return client.call("CreateImagePipeline", "BaseImageType", "IMAGE", "BaseImage", "m-x", "ClientToken", "t");
        });
        create("InvalidName.Malformed", "Name", "1");
        create("InvalidDescription.Malformed", "Description", "http://x");
        create("InvalidImageName.Malformed", "ImageOptions.ImageName", "x".repeat(65));
        create("InvalidImageFamily.Malformed", "ImageFamily", "acs:x");
        create("InvalidImageOptions.Description", "ImageOptions.Description", "x");
        wire("InvalidBaseImageType.NotSupportedValue", "CreateImagePipeline", "BaseImageType", "DISK");
        create("InvalidParameterCombination", "ImageName", "one", "ImageOptions.ImageName", "two");
        create("InvalidSystemDiskSize.NotSupportedValue", "SystemDiskSize", "19");
        create("InvalidInternetMaxBandwidthOut.NotSupportedValue", "InternetMaxBandwidthOut", "101");
        create("InvalidToRegionIdSize.ExceededMaxNumber", "ToRegionId.21", "cn-hangzhou");
        create("InvalidAddAccountSize.ExceededMaxNumber", "AddAccount.21", "1");
        create("InvalidParameter.RepairMode", "RepairMode", "x");
        create("MissingParameter.RepairMode", "RepairItem.1", "fstab");
        create("InvalidParameter.NvmeSupport", "NvmeSupport", "x");
        ofContent();
        ofImports();
        create("InvalidAdvancedOptions.ImageNameSuffix", "AdvancedOptions.ImageNameSuffix", "enable");
        create("InvalidTagKey.Malformed", "Tag.1.Key", "acs:x");
        create("InvalidTagValue.Malformed", "Tag.1.Key", "x", "Tag.1.Value", "https://x");
        create("Duplicate.TagKey", "Tag.1.Key", "x", "Tag.2.Key", "x");
        create("InvalidTagCount", "Tag.21.Key", "x");
        wire("InvalidImage.NotFound", "CreateImagePipeline", "BaseImageType", "IMAGE", "BaseImage", "m-none");
        wire("InvalidImagePipelineIdSize.ExceededMaxNumber", "DescribeImagePipelines", "ImagePipelineId.21", "x");
        wire("Invalid.NextToken", "DescribeImagePipelines", "NextToken", "AAAA");
    }

    private void ofContent() {
        create("InvalidBuildContent.LengthExceeded", "BuildContent", "RUN " + "x".repeat(16 << 10));
        create("InvalidParameter.BuildContent", "BuildContent", "RUN \u0007");
        create("InvalidParameter.TestContent", "TestContent", "RUN \u0007");
        create("InvalidImageTemplateCommandSize.ExceededMaxNumber", "BuildContent", "RUN x\n".repeat(128));
        create("InvalidImageTemplateCommand.NotSupported", "BuildContent", "SLEEP 1");
        create("DuplicatedCommand.FROM", "BuildContent", "FROM IMAGE:x\nFROM IMAGE:x");
        create("InvalidCommandOrder.FROM", "BuildContent", "RUN x\nFROM IMAGE:x");
        create("NotEmptyCommandContent.RESTART", "BuildContent", "RESTART now");
        for (var word : List.of("LABEL", "ENV", "ENTRYPOINT", "CMD", "COPY", "WORKDIR", "USER", "RUN")) {
            create("EmptyCommandContent." + word, "BuildContent", word);
        }
        for (var word : List.of("ENV x", "WORKDIR /../..", "COPY a", "USER a b", "FROM x", "CMD [1", "ENTRYPOINT [1")) {
            create("InvalidCommandContent." + word.substring(0, word.indexOf(' ')), "BuildContent", word);
        }
    }

    private void component(String code, String... parameters) {
        wire(code, "CreateImageComponent", parameters);
    }

    private void ofComponents() {
        component("InvalidCommand.Component", "Content", "COMPONENT ic-x");
        component("NotSupportedCommand.FROM", "Content", "FROM IMAGE:x");
        component("InvalidSystemType.NotSupportedValue", "Content", "RUN true", "SystemType", "x");
        component("InvalidComponentType.NotSupportedValue", "Content", "RUN true", "ComponentType", "x");
        component("InvalidContent.LengthExceeded", "Content", "RUN " + "x".repeat(16 << 10));
        component("InvalidParameter.Content", "Content", "Tasks: !!x");
        component("MissingParameter.Content");
        component("InvalidParameter.ComponentVersion", "Content", "RUN true", "ComponentVersion", "1.0");
        provoked.put("InvalidComponentVersion.Exist", () -> {
            var twice = new String[] {"Name", "twice", "ComponentVersion", "1.0.0", "Content", "RUN true"};
            client.call("CreateImageComponent", twice);
            return client.call("CreateImageComponent", twice);
        });
        wire("InvalidParameter.Owner", "DescribeImageComponents", "Owner", "x");
        wire("InvalidImageComponentIdSize.ExceededMaxNumber", "DescribeImageComponents", "ImageComponentId.21", "x");
        wire("InvalidImageComponent.NotFound", "DeleteImageComponent", "ImageComponentId", "ic-x");
        create("ImageComponent.NotFound", "BuildContent", "COMPONENT ic-x");
        provoked.put("InvalidImageComponent.NotSupported", () -> {
            var build =
                    client.call("CreateImageComponent", "Content", "RUN true").at("ImageComponentId");
            return client.call(
                    "CreateImagePipeline",
                    "BaseImageType",
                    "IMAGE",
                    "BaseImage",
                    image,
                    "TestContent",
                    "COMPONENT " + build);
        });
        provoked.put("InvalidImageComponent.InUse", () -> {
            var used =
                    client.call("CreateImageComponent", "Content", "RUN true").at("ImageComponentId");
            client.call(
                    "CreateImagePipeline",
                    "BaseImageType",
                    "IMAGE",
                    "BaseImage",
                    image,
                    "BuildContent",
                    "COMPONENT " + used);
            return client.call("DeleteImageComponent", "ImageComponentId", used);
        });
    }

    private void ofImports() {
        var options = "ImportImageOptions";
        imported("MissingParameter." + options);
        imported("MissingParameter.ImageOptionsDiskDeviceMappings", options + ".Architecture", "arm64");
        var disk = options + ".DiskDeviceMappings.1.";
        imported("MissingParameter." + options + "DiskDeviceMappingsOSSObject", disk + "OSSBucket", "bucket");
        imported("MissingParameter." + options + "DiskDeviceMappingsOSSBucket", disk + "OSSObject", "object");
        imported("InvalidParameter." + options + "DiskDeviceMappingsOSSBucket", disk + "OSSBucket", "B");
        imported("InvalidParameter." + options + "DiskDeviceMappingsOSSObject", disk + "OSSObject", "x".repeat(1024));
        imported("InvalidParameter." + options + "DiskDeviceMappingsFormat", disk + "Format", "ISO");
        imported("InvalidOperation.DiskImageSizeExceeded", disk + "DiskImageSize", "2049");
        imported(
                "InvalidImportImageOptionsDiskDeviceMappings.LengthLimitExceeded",
                options + ".DiskDeviceMappings.18.OSSBucket",
                "bucket");
        for (var name : List.of("Architecture", "OSType", "BootMode", "LicenseType")) {
            imported("InvalidParameter." + options + name, options + "." + name, "x");
        }
        imported("InvalidParameter." + options + "Platform", options + ".Platform", "Plan 9");
        imported("InvalidParameter." + options + "FeaturesNvmeSupport", options + ".Features.NvmeSupport", "x");
    }

    private void imported(String code, String... parameters) {
        var all = new ArrayList<>(List.of("BaseImageType", "OSS"));
        all.addAll(List.of(parameters));
        wire(code, "CreateImagePipeline", all.toArray(String[]::new));
    }

    /** What operations ask for beside what they require. */
    private static Map<String, String> wellFormed(boolean imported) {
        var disk = "ImportImageOptions.DiskDeviceMappings.1.";
        var baseImage = imported
                ? WireClient.pairs("BaseImageType", "OSS", disk + "OSSBucket", "bucket", disk + "OSSObject", "o")
                : WireClient.pairs("BaseImageType", "IMAGE", "BaseImage", "m-x");
        baseImage.putAll(Map.of(
                "RegionId",
                WireClient.REGION,
                "ExecutionId",
                "x",
                "Content",
                "RUN true",
                "RepairMode",
                "Customized",
                "ResourceType",
                "image",
                "DiskDeviceMapping.1.OSSBucket",
                "bucket",
                "DiskDeviceMapping.1.OSSObject",
                "o"));
        return baseImage;
    }

    private void ofFormsWithoutACodeOfTheirOwn(Declaration<?> operation) {
        for (var parameter : operation.parameters()) {
            var code = ErrorCode.invalid(parameter.name());
            if (parameter.codes().stream().anyMatch(code::isSame)) {
                var given = wellFormed(parameter.name().startsWith("ImportImageOptions"));
                operation.parameters().stream()
                        .filter(other -> other.isRequired())
                        .forEach(other -> given.putIfAbsent(
                                other.name() + other.form().suffix().replace('N', '1'), "x"));
                given.put(parameter.name() + parameter.form().suffix().replace('N', '1'), "~".repeat(257));
                provoked.putIfAbsent(
                        code.code(),
                        () -> client.send("POST", "/", given, new byte[0], WireClient.v3Headers(operation.name())));
            }
        }
    }

    private void ofExecutions() {
        wire("InvalidImagePipeline.NotFound", "StartImagePipelineExecution", "ImagePipelineId", "ip-none");
        provoked.put("InvalidImagePipeline.HasRunningExecution", () -> {
            var template = objects.template(image);
            objects.start(template);
            return client.call("StartImagePipelineExecution", "ImagePipelineId", template);
        });
        provoked.put("MissingParameter.Value", () -> {
            var template = objects.template(image);
            var declared = "{\"parameters\":[{\"name\":\"A\"}]}";
            client.rest("PUT", "/api/v1/templates/" + template + "/parameters", declared);
            return client.call("StartImagePipelineExecution", "ImagePipelineId", template);
        });
        provoked.put("InvalidImagePipeline.BaseImageNotFound", () -> {
            var base = objects.image("gone");
            var template = objects.template(base);
            client.call("DeleteImage", "ImageId", base);
            return client.call("StartImagePipelineExecution", "ImagePipelineId", template);
        });
        provoked.put("InvalidImagePipeline.OSSObjectNotFound", () -> {
            var disk = "ImportImageOptions.DiskDeviceMappings.1.";
            var template = client.call(
                    "CreateImagePipeline",
                    "BaseImageType",
                    "OSS",
                    disk + "OSSBucket",
                    "bucket",
                    disk + "OSSObject",
                    "o");
            return client.call("StartImagePipelineExecution", "ImagePipelineId", template.at("ImagePipelineId"));
        });
        wire("MissingParameter.ImagePipelineId", "DescribeImagePipelineExecutions");
        wire("InvalidExecutionId.SizeExceeded", "DescribeImagePipelineExecutions", "ExecutionId", "x".repeat(129));
        wire("InvalidParameter.Status", "DescribeImagePipelineExecutions", "ExecutionId", "x", "Status", "DONE");
        wire("InvalidImagePipelineExecution.NotFound", "CancelImagePipelineExecution", "ExecutionId", "exec-none");
        provoked.put("InvalidStatus.CancelFailed", () -> {
            var execution = objects.start(objects.template(image));
            objects.finish(execution, "FAILED");
            return client.call("CancelImagePipelineExecution", "ExecutionId", execution);
        });
        provoked.put("InvalidStatus.ImagePipelineExecution", () -> {
            var execution = objects.start(objects.template(image));
            client.call("CancelImagePipelineExecution", "ExecutionId", execution);
            return client.call("CancelImagePipelineExecution", "ExecutionId", execution);
        });
    }
}
