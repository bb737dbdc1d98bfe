package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.bucket.Bucket;
import dev.kiln.component.ComponentContent;
import dev.kiln.region.RegionId;
import dev.kiln.template.BuildCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** OSSDownload and OSSUpload in the real sandbox. */
@Timeout(120)
class BucketTasksTest {

    private final RecordedOutput output = new RecordedOutput();

    @TempDir
    private Path directory;

    private Path bucket = Path.of("");

    @BeforeEach
    void begin() throws IOException {
        bucket = Files.createDirectory(directory.resolve("bucket"));
    }

    @Test
    void anObjectIsPutIntoTheImageAndAFileOfTheImageBecomesAnObject() throws Exception {
        Files.createDirectories(bucket.resolve("tools"));
        Files.writeString(bucket.resolve("tools/tool.txt"), "from the bucket");

        run("""
                Tasks:
                - Name: where
                  Action: RunShellCommand
                  Properties: {commandContent: printf results}
                - Name: get
                  Action: OSSDownload
                  Properties: {bucketName: mine, objectName: tools/tool.txt, destinationDir: /opt/tools, ossRegion: cn-one}
                - Name: change
                  Action: RunShellCommand
                  Properties: {commandContent: "printf ' and the image' >> /opt/tools/tool.txt"}
                - Name: put
                  Action: OSSUpload
                  Properties:
                    bucketName: mine
                    objectName: "{{where.stdout}}/today.txt"
                    fileToUpload: /opt/tools/tool.txt
                    validTime: 60
                """);

        assertThat(bucket.resolve("results/today.txt")).hasContent("from the bucket and the image");
    }

    @Test
    void whatIsNotThereFailsTheBuildInWords() {
        assertThatThrownBy(() -> run(download("other", "a"))).hasMessageContaining("there is no bucket \"other\"");
        assertThatThrownBy(() -> run(download("mine", "none"))).hasMessageContaining("has no object \"none\"");
        assertThatThrownBy(() -> run(download("mine, ossRegion: cn-two", "a"))).hasMessageContaining("in this region");
        assertFails(() -> run(upload("/none")), "the image has no file /none");
        assertFails(() -> run(upload("/etc")), "the image has no file /etc");
    }

    @Test
    void aLinkOfTheImageLeadsToTheImagesOwnFileAlone() throws Exception {
        run("""
                Tasks:
                - Name: link
                  Action: RunShellCommand
                  Properties: {commandContent: ln -s /etc/passwd /tmp/link}
                """ + upload("/tmp/link").substring("Tasks:\n".length()));

        assertThat(bucket.resolve("up")).content().startsWith("root:x:0:").doesNotContain("daemon");
    }

    @Test
    void whatIsLargerThanABuildMayBeStaysWhereItIs() throws IOException {
        Files.write(bucket.resolve("large"), new byte[(1 << 20) + 1]);

        assertFails(() -> run(upload("/bin/busybox"), 1 << 20), "bytes of the build");
        assertFails(() -> run(download("mine", "large"), 1 << 20), "bytes of the build");
        assertThat(bucket.resolve("up")).doesNotExist();
    }

    @Test
    void anOutputIsNoWayOutOfTheBucket() {
        var component = """
                Tasks:
                - Name: where
                  Action: RunShellCommand
                  Properties: {commandContent: printf ../outside}
                - Name: put
                  Action: OSSUpload
                  Properties: {bucketName: mine, objectName: "{{where.stdout}}", fileToUpload: /etc/passwd}
                """;

        assertFails(() -> run(component), "is not a valid object name");
        assertThat(directory.resolve("outside")).doesNotExist();
    }

    private static void assertFails(ThrowingCallable run, String words) {
        assertThatThrownBy(run).isInstanceOf(BuildFailedException.class).hasMessageContaining(words);
    }

    private static String download(String bucket, String object) {
        return "Tasks:\n- Name: get\n  Action: OSSDownload\n  Properties: {bucketName: " + bucket + ", objectName: "
                + object + ", destinationDir: /opt}\n";
    }

    private static String upload(String file) {
        return "Tasks:\n- Name: put\n  Action: OSSUpload\n  Properties: {bucketName: mine, objectName: up, fileToUpload: "
                + file + "}\n";
    }

    private void run(String component) throws Exception {
        run(component, 8 << 20);
    }

    private void run(String component, long disk) throws Exception {
        List<BuildCommand> steps = ComponentContent.parse(component, "c").commands();
        var mine = new Bucket("mine", new RegionId("cn-one"), bucket, Set.of());
        var request = new BuildRequest(
                "exec-buckets",
                1,
                BusyboxBase.image(),
                steps,
                Optional.empty(),
                false,
                disk,
                name -> Optional.of(mine).filter(one -> one.name().equals(name)),
                Optional.empty());
        new SandboxBuildEngine(TestSettings.of(directory).build()).test(request, output);
    }
}
