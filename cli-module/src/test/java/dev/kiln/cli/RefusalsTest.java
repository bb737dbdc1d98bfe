package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said when something is refused, where the way on is to be found, and with which status. */
class RefusalsTest {

    @TempDir
    private Path directory;

    private AnsweringServer server;

    @BeforeEach
    void start() throws IOException {
        server = new AnsweringServer(directory);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aWrongSecretIsToldWithoutWhatWasSigned() {
        for (var told : new String[] {
            "is not matched with our calculation. server string to sign is:%s",
            "does not match our calculation. server StringToSign is [%s]"
        }) {
            var message = "Specified signature " + told.formatted("ACS3-HMAC-SHA256\\ndbc4d7");
            server.answer(
                    "DescribeImages", 400, "{\"Code\":\"SignatureDoesNotMatch\",\"Message\":\"" + message + "\"}");

            assertThat(server.run("images")).isEqualTo(1);
            assertThat(server.said())
                    .contains("our calculation. → check KILN_ACCESS_KEY_SECRET")
                    .doesNotContain("dbc4d7");
        }
    }

    @Test
    void theHelpThatIsNamedShowsTheOptionsOfTheCommand() {
        assertThat(server.run("image", "import", "base.tar", "--size", "1")).isEqualTo(2);
        assertThat(server.said()).isEqualTo("kiln: option --size is not known here (./kiln image import --help)\n");
        assertThat(server.run("image", "import", "--help")).isZero();
        assertThat(server.printed()).contains("--name NAME", "--family FAMILY").doesNotContain("image download");

        assertThat(server.run("start")).isEqualTo(2);
        assertThat(server.said()).endsWith(" (./kiln start --help)\n");
        assertThat(server.run("image", "make")).isEqualTo(2);
        assertThat(server.said()).endsWith(" (./kiln image --help)\n");
        assertThat(server.run("fire")).isEqualTo(2);
        assertThat(server.said()).endsWith(" (./kiln help)\n");
    }

    @Test
    void aPlaceThatNobodyKnowsCannotBeForgotten() {
        server.answer("/api/v1/doctor", 200, """
                {"clean":false,"places":[{"place":"engine-1"}],"findings":[{"place":"engine-gone","verdict":"LEFT"}]}
                """);

        assertThat(server.run("doctor", "--forget", "engine-2")).isEqualTo(1);
        assertThat(server.said())
                .isEqualTo("kiln: place \"engine-2\" is not known;" + " the places are engine-1, engine-gone\n");
        assertThat(server.asked).containsExactly("GET /api/v1/doctor");

        assertThat(server.run("doctor", "--forget", "engine-gone")).isEqualTo(1);
        assertThat(server.asked).endsWith("DELETE /api/v1/doctor/places/engine-gone", "GET /api/v1/doctor");
        server.answer("/api/v1/doctor", 200, "{\"clean\":true}");
        assertThat(server.run("doctor", "--forget", "engine-1")).isEqualTo(1);
        assertThat(server.said()).contains("place \"engine-1\" is not known", "there is no place");
    }

    @Test
    void whatIsNotThereIsARefusalHoweverItIsNamed() {
        var id = "ip-aaaaaaaaaaaaaaaaaaaa";
        server.answer(
                "StartImagePipelineExecution",
                404,
                "{\"Code\":\"InvalidImagePipeline.NotFound\",\"Message\":\"There is none.\"}");
        for (var command : List.of(
                "start " + id,
                "start golden",
                "template show " + id,
                "template show golden",
                "template schedule golden",
                "executions --template golden")) {
            assertThat(server.run(command.split(" "))).as(command).isEqualTo(1);
            assertThat(server.said())
                    .as(command)
                    .startsWith("kiln: refused: InvalidImagePipeline.NotFound: There is no")
                    .endsWith(" → ./kiln template list shows those that there are\n");
        }
        assertThat(server.run("template", "show", "golden")).isEqualTo(1);
        assertThat(server.said()).contains("There is no template \"golden\" in cn-hangzhou.");
    }

    @Test
    void aNameOfTwoTemplatesEndsAsANameOfNoneDoes() {
        server.answer("DescribeImagePipelines", 200, "{\"ImagePipeline\":{\"ImagePipelineSet\":[{},{}]}}");

        for (var command : List.of("template show golden", "start golden", "executions --template golden")) {
            assertThat(server.run(command.split(" "))).as(command).isEqualTo(1);
            assertThat(server.said())
                    .as(command)
                    .isEqualTo("kiln: 2 templates have the name golden; ./kiln template list shows their ids\n");
        }
    }
}
