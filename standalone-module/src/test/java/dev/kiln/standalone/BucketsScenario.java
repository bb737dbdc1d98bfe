package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.cli.SignedClient;
import dev.kiln.image.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From an object in a bucket to a built image that is an object again. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BucketsScenario {

    private static final String REGION = "cn-hangzhou";
    private static final Map<String, String> DISK = Map.of(
            "ImportImageOptions.DiskDeviceMappings.1.OSSBucket",
            Cluster.BUCKET,
            "ImportImageOptions.DiskDeviceMappings.1.OSSObject",
            "bases/busybox.tar");

    private Cluster cluster;
    private SignedClient client;

    @BeforeAll
    void begin(@TempDir Path directory) throws IOException {
        cluster = new Cluster(directory);
        client = cluster.start(1);
        Files.createDirectories(cluster.bucket().resolve("bases"));
        BusyboxImage.write(cluster.bucket().resolve("bases/busybox.tar"));
    }

    @AfterAll
    void end() {
        cluster.close();
    }

    @Test
    void anImageIsBuiltOnAnObjectAndExportedWhileItsImportedBaseIsGone() throws IOException {
        var template = client.rpc("CreateImagePipeline", with(DISK, "BaseImageType", "OSS", "BuildContent", "RUN true"))
                .path("ImagePipelineId")
                .asString();
        var execution = cluster.start(client, template);
        cluster.await(execution, "SUCCESS");

        var image = client.rpc("DescribeImagePipelineExecutions", Map.of("RegionId", REGION, "ExecutionId", execution))
                .at("/ImagePipelineExecution/ImagePipelineExecutionSet/0/ImageId")
                .asString();
        var export =
                client.rpc("ExportImage", Map.of("RegionId", REGION, "ImageId", image, "OSSBucket", Cluster.BUCKET));
        awaitTask(export.path("TaskId").asString());

        assertThat(digest(cluster.bucket().resolve(image + "_system"))).isEqualTo(shown(image));
        cluster.guaranteesHold();
    }

    @Test
    void anImportedImageIsTheObject() throws IOException {
        var object = "bases/busybox.tar";
        var begun = client.rpc(
                "ImportImage",
                Map.of(
                        "RegionId", REGION,
                        "DiskDeviceMapping.1.OSSBucket", Cluster.BUCKET,
                        "DiskDeviceMapping.1.OSSObject", object));
        awaitTask(begun.path("TaskId").asString());

        assertThat(shown(begun.path("ImageId").asString()))
                .isEqualTo(digest(cluster.bucket().resolve(object)));
        cluster.guaranteesHold();
    }

    @Test
    void anImportedDiskIsBuiltOnAndItsCopyIsADiskWithWhatTheBuildWrote(@TempDir Path directory) throws Exception {
        var base = SmallDisk.make(directory, cluster.bucket().resolve("bases/disk.qcow2"));
        var begun = client.rpc(
                "ImportImage",
                Map.of(
                        "RegionId",
                        REGION,
                        "DiskDeviceMapping.1.OSSBucket",
                        Cluster.BUCKET,
                        "DiskDeviceMapping.1.OSSObject",
                        "bases/disk.qcow2"));
        awaitTask(begun.path("TaskId").asString());
        assertThat(client.get("/api/v1/workers").at("/workers/0/able").toString())
                .contains("disks");

        var template = cluster.template(client, begun.path("ImageId").asString(), "RUN echo fired > /etc/built", "");
        var execution = cluster.start(client, template);
        cluster.await(execution, "SUCCESS");

        var targets = client.get("/api/v1/executions/" + execution + "/targets");
        var copy = targets.path("targets")
                .valueStream()
                .filter(target -> target.path("regionId").asString().equals("cn-beijing"))
                .findFirst()
                .orElseThrow()
                .path("imageId")
                .asString();
        var made = directory.resolve("copy.qcow2");
        client.download("/api/v1/images/" + copy + "/content", made);
        assertThat(client.get("/api/v1/images/" + copy).path("form").asString()).isEqualTo("QCOW2");
        assertThat(SmallDisk.file(made, "/etc/built")).isEqualTo("fired\n");
        assertThat(SmallDisk.file(base, "/etc/built")).contains("not found");
        cluster.guaranteesHold();
    }

    private static Map<String, String> with(Map<String, String> parameters, String... more) {
        var all = new HashMap<>(parameters);
        all.put("RegionId", REGION);
        for (var i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    private void awaitTask(String task) {
        Awaitility.await("task " + task + " is finished")
                .atMost(Duration.ofMinutes(1))
                .until(() -> client.get("/api/v1/tasks/" + task)
                        .path("status")
                        .asString()
                        .equals("Finished"));
    }

    private String shown(String image) throws IOException {
        return client.get("/api/v1/images/" + image).path("digest").asString();
    }

    private static String digest(Path file) throws IOException {
        var bytes = Files.readAllBytes(file);
        var computation = Digest.computation();
        computation.update(bytes, 0, bytes.length);
        return Digest.of(computation).value();
    }
}
