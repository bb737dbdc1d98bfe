package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Status 2 says that a command line cannot be carried out as it is typed, and that nothing of it was begun. */
class NothingSentTest {

    @TempDir
    private Path directory;

    private AnsweringServer server;

    @BeforeEach
    void start() throws IOException {
        server = new AnsweringServer(directory);
        server.answer(
                "DescribeImagePipelines",
                200,
                "{\"ImagePipeline\":{\"ImagePipelineSet\":[{\"ImagePipelineId\":\"ip-aaaaaaaaaaaaaaaaaaaa\"}]}}");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "image import /no/file --name x",
                "image download m-1 /no/directory/file",
                "template create -f /no/file",
                "template parameters golden -f /no/file",
                "template context golden /no/directory",
                "start golden --param-file A=/no/file",
                "start golden --param-env A=NO_SUCH_VARIABLE",
                "key create --policy /no/file",
                "key temporary --policy /no/file",
                "rest PUT /api/v1/x -f /no/file"
            })
    void aLocalFileThatIsNotThere(String command) {
        refused(command);
        assertThat(server.said()).contains("there is no ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "start golden -o xml",
                "template show golden -o xml",
                "template list -o xml",
                "template parameters golden -o xml",
                "template schedule golden --cron @daily -o xml",
                "template rebuild golden --on-base-change yes -o xml",
                "images -o xml",
                "images packages m-1 -o xml",
                "images differences m-1 -o xml",
                "executions -o xml",
                "execution exec-1 -o xml",
                "targets list exec-1 -o xml",
                "key list -o xml",
                "account create --name x -o xml",
                "doctor --remove -o xml"
            })
    void aFormOfOutputThatIsNone(String command) {
        refused(command);
        assertThat(server.said()).contains("--output xml is neither json nor table");
    }

    @Test
    void aTemplateIsNotMadeWhoseAnswerCannotBeShown() throws IOException {
        var file = Files.writeString(directory.resolve("golden.yaml"), "BaseImageType: IMAGE\n");

        refused("template create -f " + file + " -o xml");
    }

    @Test
    void aFileNameThatNoFileCanHave() {
        refused("image import a\0b --name x");
        refused("template create -f a\0b");
    }

    private void refused(String command) {
        assertThat(server.run(command.split(" "))).as(server.said()).isEqualTo(2);
        assertThat(server.said()).startsWith("kiln: ").hasLineCount(1);
        assertThat(server.asked).isEmpty();
    }
}
