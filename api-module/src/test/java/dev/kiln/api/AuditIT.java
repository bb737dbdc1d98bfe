package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The log says who has changed what, and nothing of who only looked or was refused. */
class AuditIT {

    private final ApiServer server = LiveServer.shared();
    private final WireClient client = server.newAccount();
    private final TestObjects objects = new TestObjects(server, client);
    private final Queue<String> told = new ConcurrentLinkedQueue<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            told.add(event.getFormattedMessage());
        }
    };

    @BeforeEach
    void listen() {
        appender.start();
        logger().addAppender(appender);
    }

    @AfterEach
    void stopListening() {
        logger().detachAppender(appender);
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger("dev.kiln.audit");
    }

    /** What this test's account did; others use the server, too. */
    private List<String> told() {
        return told.stream()
                .filter(line -> line.contains(client.keys().account()))
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
        pages.post(
                page + "/cancel",
                "form-token=" + PageClient.formToken(pages.get(page, session).text()),
                session);

        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> told().size() == 5);
        assertThat(told())
                .containsExactly(
                        "kiln:UploadImage /api/v1/images" + by,
                        "CreateImagePipeline " + template + by,
                        "StartImagePipelineExecution " + template + " " + execution + by,
                        "kiln:SetStepCache /api/v1/templates/" + template + "/step-cache" + by,
                        "POST " + page + "/cancel" + by);
    }
}
