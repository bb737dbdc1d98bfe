package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a table shows on a terminal can be pasted into the next command, and reasons can be read. */
class NarrowTerminalTest {

    private static final String TEMPLATE = "ip-aaaaaaaaaaaaaaaaaaaa";
    private static final String EXECUTION = "exec-aaaaaaaaaaaaaaaaaaaa";
    private static final String IMAGE = "m-aaaaaaaaaaaaaaaaaaaa";
    private static final String LONG = "a text of more characters than are left on the line";

    @TempDir
    private Path directory;

    private AnsweringServer server;

    @BeforeEach
    void start() throws IOException {
        server = new AnsweringServer(directory);
        server.environment.put("KILN_COLUMNS", "60");
        server.environment.put("NO_COLOR", "1");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void templatesHaveTheirIdsAndThatOfTheirImage() {
        server.answer("DescribeImagePipelines", 200, """
                {"ImagePipeline":{"ImagePipelineSet":[{"ImagePipelineId":"%s","Name":"%s","BaseImage":"%s",
                  "ToRegionIds":{"ToRegionId":["cn-beijing","cn-shanghai"]}}]}}
                """.formatted(TEMPLATE, LONG, IMAGE));

        assertThat(server.run("template", "list")).isZero();
        assertThat(server.printed())
                .contains(TEMPLATE + "  a text …  " + IMAGE + "  cn-beij…")
                .doesNotContain(LONG);
    }

    @Test
    void executionsHaveTheirIdsAndTheWholeMessage() {
        server.answer("/api/v1/executions", 200, """
                {"executions":[{"executionId":"%s","templateId":"%s","status":"FAILED","message":"%s"}]}
                """.formatted(EXECUTION, TEMPLATE, LONG));

        assertThat(server.run("executions")).isZero();
        assertThat(server.printed()).contains(EXECUTION + "  " + TEMPLATE + "  FAILED", LONG);
    }

    @Test
    void imagesTargetsKeysAndAccountsHaveTheirIds() {
        server.answer("DescribeImages", 200, """
                {"Images":{"Image":[{"ImageId":"%s","ImageName":"%s","ImageFamily":"%s","Status":"Available"}]}}
                """.formatted(IMAGE, LONG, LONG));
        assertThat(server.run("images")).isZero();
        assertThat(server.printed()).contains(IMAGE + "  a text …  a text …  ").doesNotContain(LONG);

        server.answer("/api/v1/executions/" + EXECUTION + "/targets", 200, """
                {"targets":[{"regionId":"cn-hangzhou","imageId":"%s","state":"FAILED","errorInfo":"%s",
                  "shares":[{"accountId":"3531611301087126","state":"SHARED"}]}]}
                """.formatted(IMAGE, LONG));
        assertThat(server.run("targets", "list", EXECUTION)).isZero();
        assertThat(server.printed()).contains(IMAGE, "3531611301087126", LONG);

        var key = "LTAI" + "a".repeat(60);
        server.answer("/api/v1/keys", 200, "{\"keys\":[{\"accessKeyId\":\"" + key + "\"}]}");
        assertThat(server.run("key", "list")).isZero();
        assertThat(server.printed()).contains(key);

        server.answer("/api/v1/accounts", 200, """
                {"accounts":[{"accountId":"3531611301087126","name":"%s","createdAt":"-"}]}
                """.formatted(LONG));
        assertThat(server.run("account", "list")).isZero();
        assertThat(server.printed()).contains("3531611301087126  a text of").doesNotContain(LONG);
    }

    @Test
    void reasonsOfWorkersAndTheDoctorAreWhole() {
        server.answer("/api/v1/workers", 200, """
                {"workers":[{"name":"worker-of-a-host","slots":2,"architecture":"amd64","able":["disks","machines"],
                  "lacking":{"kvm":"%s"}}]}
                """.formatted(LONG));
        assertThat(server.run("workers")).isZero();
        assertThat(server.printed()).contains("worker-of-a-host", "disks machines", "kvm: " + LONG);

        server.answer("/api/v1/doctor", 200, """
                {"findings":[{"place":"engine-1","kind":"SCRATCH","name":"%s","execution":"%s","verdict":"LEFT",
                  "detail":"%s"}]}
                """.formatted(EXECUTION, EXECUTION, LONG));
        assertThat(server.run("doctor")).isEqualTo(1);
        assertThat(server.printed()).contains(EXECUTION + "  " + EXECUTION, LONG);
    }
}
