package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What imports and exports promise before a worker makes them; the worker's part is tested there. */
class BucketsIT {

    private static final String IMAGE = "Images/Image/0/";

    private final ApiServer server = ApiServer.shared();
    private final WireClient root = server.as(ApiServer.ROOT);
    private final TestObjects objects = new TestObjects(server, root);

    /** Parameters of ImportImage. */
    static String[] disk(String object) {
        return new String[] {"DiskDeviceMapping.1.OSSBucket", ApiServer.BUCKET, "DiskDeviceMapping.1.OSSObject", object
        };
    }

    /** An object that is in the bucket. */
    static String stored(ApiServer server) {
        try {
            var name = "bases/" + UUID.randomUUID() + ".tar";
            server.store(name, TestObjects.tar("etc/hostname", "imported"));
            return name;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void remove(String object) {
        try {
            Files.delete(server.regions().resolve(ApiServer.BUCKET).resolve(object));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void anImportIsAnImageThatWaitsAndATaskThatTellsOfIt() {
        var object = stored(server);
        var begun = root.call(
                "ImportImage",
                "ImageName",
                "imported",
                "Platform",
                "Debian",
                "BootMode",
                "UEFI",
                "Tag.1.Key",
                "from",
                "Tag.1.Value",
                "bucket",
                "DiskDeviceMapping.1.OSSBucket",
                ApiServer.BUCKET,
                "DiskDeviceMapping.1.OSSObject",
                object,
                "DiskDeviceMapping.1.Format",
                "RAW");
        assertThat(begun.status()).as(begun.text()).isEqualTo(200);
        assertThat(begun.at("RegionId")).isEqualTo(WireClient.REGION);

        var image = root.call("DescribeImages", "ImageId", begun.at("ImageId"), "Status", "Waiting");
        assertThat(image.at(IMAGE + "ImageName")).isEqualTo("imported");
        assertThat(image.at(IMAGE + "Platform")).isEqualTo("Debian");
        assertThat(image.at(IMAGE + "BootMode")).isEqualTo("UEFI");
        assertThat(image.at(IMAGE + "IsCopied")).isEqualTo("false");
        assertThat(image.at(IMAGE + "Tags/Tag/0/TagValue")).isEqualTo("bucket");
        var task = root.rest("GET", "/api/v1/tasks/" + begun.at("TaskId"), "");
        assertThat(task.at("action")).isEqualTo("ImportImage");
        assertThat(task.at("status")).isEqualTo("Waiting");
        assertThat(task.at("object")).isEqualTo(object);
        assertThat(root.call("DeleteImage", "ImageId", begun.at("ImageId")).refusal())
                .isEqualTo("403 ImageIsImporting");
    }

    @Test
    void whyAnImportFailedIsTold() {
        var begun = root.call("ImportImage", disk(stored(server)));
        server.jdbc()
                .sql(
                        "update image_copy set state = 'FAILED', error_code = 'InvalidArchive', error_info = 'it is no archive'"
                                + " where id = :id")
                .param("id", begun.at("ImageId"))
                .update();

        var task = root.rest("GET", "/api/v1/tasks/" + begun.at("TaskId"), "");
        assertThat(task.at("status")).isEqualTo("Failed");
        assertThat(task.at("failure")).isEqualTo("it is no archive");
        assertThat(root.rest("GET", "/api/v1/images/" + begun.at("ImageId"), "").at("failure"))
                .isEqualTo("it is no archive");
        assertThat(root.call("DeleteImage", "ImageId", begun.at("ImageId")).status())
                .isEqualTo(200);
    }

    @Test
    void aClientTokenMakesOneImportAndADryRunNone() {
        var object = stored(server);
        var first = root.call("ImportImage", with(disk(object), "ClientToken", object.substring(6, 30)));
        var again = root.call("ImportImage", with(disk(object), "ClientToken", object.substring(6, 30)));
        assertThat(again.at("ImageId")).isEqualTo(first.at("ImageId")).isNotEmpty();
        assertThat(again.at("TaskId")).isEqualTo(first.at("TaskId"));
        remove(object);
        assertThat(root.call("ImportImage", with(disk(object), "ClientToken", object.substring(6, 30)))
                        .at("ImageId"))
                .as("the object that was there then")
                .isEqualTo(first.at("ImageId"));
        assertThat(root.call("ImportImage", disk(object)).refusal()).isEqualTo("400 InvalidOSSObject.NotFound");
        object = stored(server);
        assertThat(root.call("ImportImage", with(disk(object), "DryRun", "true"))
                        .refusal())
                .isEqualTo("400 DryRunOperation");
    }

    @Test
    void aBucketIsForTheAccountsThatItNames() {
        var object = stored(server);
        var stranger = server.newAccount();
        assertThat(stranger.call("ImportImage", disk(object)).refusal()).isEqualTo("400 InvalidOSSBucket.NotFound");
        var image = new TestObjects(server, stranger).image("theirs");
        assertThat(stranger.call("ExportImage", "ImageId", image, "OSSBucket", ApiServer.BUCKET)
                        .refusal())
                .isEqualTo("400 InvalidOSSBucket.NotFound");
        assertThat(root.call("ImportImage", with(disk(object), "RegionId", "cn-beijing"))
                        .refusal())
                .isEqualTo("400 InvalidOSSBucket.NotFound");
        assertThat(stranger.rest(
                                "GET",
                                "/api/v1/tasks/"
                                        + root.call("ImportImage", disk(object)).at("TaskId"),
                                "")
                        .status())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../cn-hangzhou", "a/../../b", "/etc/passwd", "a//b", ".", "link/passwd", "bases"})
    void anObjectIsAFileWithinItsBucket(String object) throws IOException {
        stored(server);
        var link = server.regions().resolve(ApiServer.BUCKET).resolve("link");
        if (!Files.exists(link)) {
            Files.createSymbolicLink(link, java.nio.file.Path.of("/etc"));
        }
        assertThat(root.call("ImportImage", disk(object)).refusal()).isEqualTo("400 InvalidOSSObject.NotFound");
    }

    @Test
    void anExportIsATaskAndHoldsItsImage() {
        var image = objects.image("exported");
        var begun = root.call("ExportImage", "ImageId", image, "OSSBucket", ApiServer.BUCKET, "OSSPrefix", "nightly");
        assertThat(begun.status()).as(begun.text()).isEqualTo(200);

        var task = root.rest("GET", "/api/v1/tasks/" + begun.at("TaskId"), "");
        assertThat(task.at("action")).isEqualTo("ExportImage");
        assertThat(task.at("imageId")).isEqualTo(image);
        assertThat(task.at("object")).isEqualTo("nightly_" + image + "_system");
        assertThat(root.call("DeleteImage", "ImageId", image).refusal()).isEqualTo("403 ImageIsExporting");
        assertThat(root.call("ExportImage", "ImageId", image, "OSSBucket", ApiServer.BUCKET)
                        .refusal())
                .isEqualTo("403 ImageIsExporting");
        assertThat(root.call("ExportImage", "ImageId", image, "OSSBucket", ApiServer.BUCKET, "DryRun", "true")
                        .refusal())
                .isEqualTo("403 ImageIsExporting");
    }

    /** Its export would vanish with it, without a word. */
    @Test
    void anImageThatItsExecutionMayTakeBackIsNeitherExportedNorCopied() {
        var execution = objects.start(objects.template(objects.image("base")));
        objects.built(execution);
        var image = server.jdbc()
                .sql("select image_id from execution where id = :id")
                .param("id", execution)
                .query(String.class)
                .single();
        var export = new String[] {"ImageId", image, "OSSBucket", ApiServer.BUCKET};
        for (var status : List.of("TESTING", "DISTRIBUTING", "CANCELLING")) {
            objects.status(execution, status);
            for (var refused : List.of(
                    root.call("ExportImage", export),
                    root.call("CopyImage", "ImageId", image),
                    root.call("DeleteImage", "ImageId", image))) {
                assertThat(refused.refusal()).as(status).isEqualTo("403 OperationDenied.ImageCopying");
            }
        }

        objects.status(execution, "RELEASING");
        assertThat(root.call("CopyImage", "ImageId", image).status())
                .as("it has succeeded")
                .isEqualTo(200);
        // As after a retry of failed targets, which cannot be cancelled.
        objects.status(execution, "DISTRIBUTING");
        outcome(execution, "PARTITION_SUCCESS");
        assertThat(root.call("CopyImage", "ImageId", image).status()).isEqualTo(200);
        var task = root.call("ExportImage", export).at("TaskId");
        assertThat(root.rest("GET", "/api/v1/tasks/" + task, "").at("status")).isEqualTo("Waiting");
    }

    private void outcome(String execution, String outcome) {
        server.jdbc()
                .sql("update execution set outcome = :outcome where id = :id")
                .param("outcome", outcome)
                .param("id", execution)
                .update();
    }

    @Test
    void aStartOfATemplateThatImportsMakesTheImageToBeImported() {
        var object = stored(server);
        var options = "ImportImageOptions.";
        var template = root.call(
                "CreateImagePipeline",
                "BaseImageType",
                "OSS",
                options + "DiskDeviceMappings.1.OSSBucket",
                ApiServer.BUCKET,
                options + "DiskDeviceMappings.1.OSSObject",
                object,
                options + "ImageName",
                "base-of-the-day",
                options + "Platform",
                "Debian",
                options + "BootMode",
                "UEFI",
                options + "Features.ImdsSupport",
                "v2",
                options + "RetentionStrategy",
                "RetainOnlySuccessful");
        var start =
                new String[] {"ImagePipelineId", template.at("ImagePipelineId"), "ClientToken", object.substring(6, 30)
                };
        var execution = root.call("StartImagePipelineExecution", start).at("ExecutionId");

        var imported = server.jdbc()
                .sql("select imported_image_id || ' ' || imported_kept from execution where id = :id")
                .param("id", execution)
                .query(String.class)
                .single()
                .split(" ", -1);
        assertThat(imported[1]).isEqualTo("AFTER_SUCCESS");
        var image = root.call("DescribeImages", "ImageId", imported[0], "Status", "Waiting");
        assertThat(image.at(IMAGE + "ImageName")).isEqualTo("base-of-the-day");
        assertThat(image.at(IMAGE + "Platform")).isEqualTo("Debian");
        assertThat(image.at(IMAGE + "BootMode")).isEqualTo("UEFI");
        assertThat(image.at(IMAGE + "Features/ImdsSupport")).isEqualTo("v2");
        assertThat(root.call("StartImagePipelineExecution", "ImagePipelineId", template.at("ImagePipelineId"))
                        .refusal())
                .isEqualTo("403 InvalidImagePipeline.HasRunningExecution");
        assertThat(root.call("DescribeImages", "ImageName", "base-of-the-day", "Status", "Waiting")
                        .at("TotalCount"))
                .isEqualTo("1");
        remove(object);
        assertThat(root.call("StartImagePipelineExecution", start).at("ExecutionId"))
                .as("the object that was there then")
                .isEqualTo(execution);
    }

    private static String[] with(String[] parameters, String... more) {
        var all = new java.util.ArrayList<>(List.of(parameters));
        all.addAll(java.util.List.of(more));
        return all.toArray(String[]::new);
    }
}
