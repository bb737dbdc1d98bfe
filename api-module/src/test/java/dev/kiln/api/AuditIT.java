package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The log says who has changed what, and nothing of who only looked or was refused. */
class AuditIT {

    private static final String LOGGER = "dev.kiln.audit ";

    private final ApiServer server = LiveServer.shared();
    private final WireClient client = server.newAccount();
    private final TestObjects objects = new TestObjects(server, client);
    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
    private final PrintStream before = System.out;

    /** What goes to the console is seen by this test, too. */
    @BeforeEach
    void listen() {
        System.setOut(new PrintStream(new TeeOutput(before, seen), true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void stopListening() {
        System.setOut(before);
    }

    /** What this test's account did; others use the server, too. */
    private List<String> told() {
        return seen.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line ->
                        line.contains(LOGGER) && line.contains(client.keys().account()))
                .map(line -> line.substring(line.indexOf(LOGGER) + LOGGER.length()))
                .toList();
    }

    @Test
    void aLineForEachChange() {
        var template = objects.template(objects.image("base"));
        var by =
                " by key " + client.keys().id() + " of account " + client.keys().account();
        client.call("DescribeImagePipelines");
        client.call("DeleteImagePipeline", "ImagePipelineId", "ip-none\nforged");
        client.rest("GET", "/api/v1/keys", "");
        var execution = objects.start(template);
        client.rest("PUT", "/api/v1/templates/" + template + "/step-cache", "{\"maximalAgeSeconds\":60}");
        var pages = new PageClient(client);
        var session = pages.session(client);
        var page = "/ui/executions/" + execution;
        var token =
                "form-token=" + PageClient.formToken(pages.get(page, session).text());
        // What is typed into a form is checked, and changes nothing.
        assertThat(pages.post("/ui/templates/check", token + "&content=RUN", session)
                        .status())
                .isEqualTo(200);
        pages.post(page + "/cancel", token, session);

        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> told().size() == 5);
        assertThat(told())
                .containsExactly(
                        "kiln:UploadImage /api/v1/images" + by,
                        "CreateImagePipeline " + template + by,
                        "StartImagePipelineExecution " + template + " " + execution + by,
                        "kiln:SetStepCache /api/v1/templates/" + template + "/step-cache" + by,
                        "POST " + page + "/cancel" + by);
    }

    private static final class TeeOutput extends FilterOutputStream {

        private final OutputStream second;

        TeeOutput(OutputStream first, OutputStream second) {
            super(first);
            this.second = second;
        }

        @Override
        public void write(int one) throws IOException {
            out.write(one);
            second.write(one);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            second.write(bytes, offset, length);
        }
    }
}
