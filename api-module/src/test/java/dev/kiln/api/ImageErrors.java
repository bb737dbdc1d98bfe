package dev.kiln.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Provokes the codes of operations on images, for {@link ErrorCodesIT}. */
final class ImageErrors {

    private final ApiServer server;
    private final WireClient client;
    private final TestObjects objects;
    private final String image;
    private final Map<String, Supplier<Reply>> provoked = new LinkedHashMap<>();

    ImageErrors(ApiServer server, WireClient client, String image) {
        this.server = server;
        this.client = client;
        this.objects = new TestObjects(server, client);
        this.image = image;
    }

    Map<String, Supplier<Reply>> provoked() {
        ofImageListings();
        ofImages();
        ofImageAttributes();
        ofTags();
        ofCopies();
        ofBuckets();
        return provoked;
    }

    private void wire(String code, String action, String... parameters) {
        provoked.put(code, () -> client.call(action, parameters));
    }

    private void images(String code, String... parameters) {
        wire(code, "DescribeImages", parameters);
    }

    private void ofImageListings() {
        images("InvalidImageId", "ImageId", "m,".repeat(101));
        images("InvalidImageOwnerAlias.ValueNotSupported", "ImageOwnerAlias", "x");
        images("InvalidOperation.ImageOwnerIdUnsupported", "ImageOwnerId", "x");
        images("InvalidArchitecture", "Architecture", "x");
        images("InvalidUsage", "Usage", "x");
        images("InvalidOSType", "OSType", "x");
        images("InvalidFilterKey.NotFound", "Filter.1.Key", "x");
        images("InvalidFilterValue", "Filter.1.Key", "CreationStartTime", "Filter.1.Value", "x");
        images("InvalidFilterValue.NetworkType", "Filter.1.Key", "NetworkType", "Filter.1.Value", "x");
    }

    private void ofImages() {
        var other = server.newAccount().keys().account();
        wire("InvalidImageId.NotFound", "DeleteImage", "ImageId", "m-none");
        provoked.put("ImageUseShared", () -> {
            var shared = objects.image("shared");
            client.call("ModifyImageSharePermission", "ImageId", shared, "AddAccount.1", other);
            return client.call("DeleteImage", "ImageId", shared);
        });
        wire("DryRunOperation", "DeleteImage", "ImageId", image, "DryRun", "true");
        provoked.put("OperationDenied.ImageCopying", () -> client.call("DeleteImage", "ImageId", unfinished()));
        provoked.put(
                "OperationDenied.InvalidImageStatus",
                () -> client.call("ModifyImageSharePermission", "ImageId", unfinished(), "AddAccount.1", other));
        share("InvalidParameter.IsPublic", "IsPublic", "true");
        share("InvalidAccount.NotFound", "AddAccount.1", "1");
        share("InvalidAccount.Forbbiden", "AddAccount.1", client.keys().account());
        provoked.put("QuotaExceed.ShareImageUser", () -> {
            server.jdbc().sql("""
                    insert into image_share (image_id, account_id, state, shared_at)
                    select :image, n, 'SHARED', now() from generate_series(1, 50) n
                    """).param("image", image).update();
            return client.call("ModifyImageSharePermission", "ImageId", image, "AddAccount.1", other);
        });
    }

    private void modify(String code, String... parameters) {
        var all = new ArrayList<>(List.of("ImageId", objects.image("changed")));
        all.addAll(List.of(parameters));
        wire(code, "ModifyImageAttribute", all.toArray(String[]::new));
    }

    private void ofImageAttributes() {
        modify("InvalidBootMode.NotSupport", "BootMode", "x");
        modify("InvalidLicenseType.NotSupported", "LicenseType", "x");
        modify("InvalidParameter.FeaturesImdsSupport", "Features.ImdsSupport", "x");
        modify("ImageStatus.NotDeprecated", "Status", "Available");
        provoked.put("ImageStatus.NotAvailable", () -> {
            var twice = new String[] {"ImageId", objects.image("old"), "Status", "Deprecated"};
            client.call("ModifyImageAttribute", twice);
            return client.call("ModifyImageAttribute", twice);
        });
        provoked.put("InvalidOperation.FeaturesImdsSupportNotMatch", () -> {
            var hardened = objects.image("hardened");
            client.call("ModifyImageAttribute", "ImageId", hardened, "Features.ImdsSupport", "v2");
            return client.call("ModifyImageAttribute", "ImageId", hardened, "Features.ImdsSupport", "v1");
        });
        provoked.put(
                "InvalidStatus.ImageIsCreating",
                () -> client.call("ModifyImageAttribute", "ImageId", unfinished(), "ImageName", "name"));
    }

    private void ofCopies() {
        wire("DestinationRegion.NotFound", "CopyImage", "ImageId", image, "DestinationRegionId", "nowhere");
        wire("InvalidParameter.EncryptedIllegal", "CopyImage", "ImageId", image, "Encrypted", "true");
        provoked.put("IncorrectImageStatus", () -> client.call("CopyImage", "ImageId", unfinished()));
        wire("ImageCreatedNotFromCopy", "CancelCopyImage", "ImageId", image);
    }

    private void tag(String code, String... parameters) {
        var all = new ArrayList<>(List.of("ResourceType", "image"));
        all.addAll(List.of(parameters));
        wire(code, "TagResources", all.toArray(String[]::new));
    }

    private void ofTags() {
        tag("NumberExceed.ResourceIds", "ResourceId.51", "m-x", "Tag.1.Key", "k");
        tag("NumberExceed.Tags", "ResourceId.1", "m-x", "Tag.21.Key", "k");
        tag("InvalidResourceId.NotFound", "ResourceId.1", "m-none", "Tag.1.Key", "k");
        tag("MissingParameter.ResourceIds", "Tag.1.Key", "k");
        tag("MissingParameter.Tags", "ResourceId.1", "m-x");
        wire("MissingParameter.ResourceType", "TagResources", "ResourceId.1", "m-x", "Tag.1.Key", "k");
        provoked.put(
                "MissingParameter.RegionId",
                () -> client.plain("TagResources", "ResourceType", "image", "ResourceId.1", "m-x", "Tag.1.Key", "k"));
        provoked.put("OperationDenied.QuotaExceed", () -> {
            var tagged = new ArrayList<>(List.of("ResourceType", "image", "ResourceId.1", objects.image("tagged")));
            for (int number = 1; number <= 20; number++) {
                tagged.addAll(List.of("Tag." + number + ".Key", "k" + number));
            }
            client.call("TagResources", tagged.toArray(String[]::new));
            tagged.set(tagged.size() - 1, "another");
            return client.call("TagResources", tagged.toArray(String[]::new));
        });
        wire(
                "Param.Conflict",
                "UntagResources",
                "ResourceType",
                "image",
                "ResourceId.1",
                "m-x",
                "TagKey.1",
                "k",
                "All",
                "true");
        wire("BothEmpty.TagsAndResources", "ListTagResources", "ResourceType", "image");
    }

    private void share(String code, String... parameters) {
        var all = new ArrayList<>(List.of("ImageId", image));
        all.addAll(List.of(parameters));
        wire(code, "ModifyImageSharePermission", all.toArray(String[]::new));
    }

    private String unfinished() {
        var id = "m-" + Long.toString(System.nanoTime(), 36);
        server.jdbc()
                .sql("""
                insert into image_copy (id, account_id, region_id, name, state)
                values (:id, :account, 'cn-hangzhou', 'half', 'PENDING')
                """)
                .param("id", id)
                .param("account", Long.parseLong(client.keys().account()))
                .update();
        return id;
    }

    private void imported(String code, String... parameters) {
        var all = new ArrayList<>(List.of(
                "DiskDeviceMapping.1.OSSBucket", ApiServer.BUCKET, "DiskDeviceMapping.1.OSSObject", "base.tar"));
        all.addAll(List.of(parameters));
        wire(code, "ImportImage", all.toArray(String[]::new));
    }

    private void ofBuckets() {
        imported("InvalidArchitecture.Malformed", "Architecture", "sparc");
        imported("InvalidPlatform.Malformed", "Platform", "Plan 9");
        imported("InvalidOSType.Malformed", "OSType", "windows");
        imported("InvalidDiskDeviceMapping", "DiskDeviceMapping.2.OSSBucket", "data");
        imported("InvalidDiskImageSize", "DiskDeviceMapping.1.DiskImageSize", "0");
        wire("MissingParameter.DiskDeviceMapping", "ImportImage");
        wire("InvalidOSSBucket.NotFound", "ExportImage", "ImageId", image, "OSSBucket", "none");
        wire("InvalidOSSPrefix.Malformed", "ExportImage", "ImageId", image, "OSSBucket", "none", "OSSPrefix", "a-b");
        wire(
                "InvalidImageFormat.Malformed",
                "ExportImage",
                "ImageId",
                image,
                "OSSBucket",
                "none",
                "ImageFormat",
                "vhd");
        var root = server.as(ApiServer.ROOT);
        provoked.put("InvalidOSSObject.NotFound", () -> root.call("ImportImage", BucketsIT.disk("none")));
        provoked.put("ImageIsImporting", () -> {
            var begun = root.call("ImportImage", BucketsIT.disk(BucketsIT.stored(server)));
            return root.call("DeleteImage", "ImageId", begun.at("ImageId"));
        });
        provoked.put("ImageIsExporting", () -> {
            var exported = new TestObjects(server, root).image("exported");
            root.call("ExportImage", "ImageId", exported, "OSSBucket", ApiServer.BUCKET);
            return root.call("DeleteImage", "ImageId", exported);
        });
    }
}
