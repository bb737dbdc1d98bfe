package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What was typed into a form on a template's page is still there when it is refused; secrets are not. */
class RefusedFormsIT {

    private final ApiServer server = LiveServer.shared();
    private final WireClient account = server.newAccount();
    private final TestObjects objects = new TestObjects(server, account);
    private final PageClient pages = new PageClient(account);

    @Test
    void aStartThatIsRefusedKeepsWhatWasTypedButNoSecret() {
        var template = objects.template(objects.image("base"));
        declare(template);
        var session = pages.session(account);
        var page = "/ui/templates/" + template;
        var free = pages.get(page, session).text();
        assertThat(free).containsPattern("<button[^>]* id=\"start\"").doesNotContain(" disabled");
        var token = "form-token=" + PageClient.formToken(free);

        var refused = pages.post(
                page + "/start",
                token + "&values=yes&parameter-VERSION=3+%3C+4&parameter-NOTES=two%0D%0Alines&parameter-TOKEN=tiny",
                session);

        assertThat(refused.status()).as(refused.text()).isEqualTo(400);
        assertThat(refused.headers().get("content-type")).startsWith("text/html");
        assertThat(refused.text())
                .contains("role=\"alert\"", "The value of parameter TOKEN is not valid", "value=\"3 &lt; 4\"")
                .contains("two\nlines</textarea>", "data-address=\"" + page + "\"")
                .doesNotContain("tiny");
        assertThat(pages.get("/ui", session).text()).doesNotContain(template);
    }

    @Test
    void theFormToStartStaysWhileAnotherExecutionRuns() {
        var template = objects.template(objects.image("base"));
        declare(template);
        var given = TestKeys.body(Map.of("parameters", Map.of("TOKEN", "of somebody else")));
        var execution = account.rest("POST", "/api/v1/templates/" + template + "/executions", given)
                .at("executionId");
        var session = pages.session(account);
        var page = "/ui/templates/" + template;

        var busy = pages.get(page, session).text();
        assertThat(busy)
                .contains("parameter-VERSION", "An execution is under way.")
                .containsPattern("<button[^>]* id=\"start\"[^>]* disabled");
        var refused = pages.post(
                page + "/start",
                "form-token=" + PageClient.formToken(busy)
                        + "&values=yes&parameter-VERSION=typed+meanwhile&parameter-TOKEN=long+enough+a+secret",
                session);

        assertThat(refused.status()).as(refused.text()).isGreaterThanOrEqualTo(400);
        assertThat(refused.text()).contains("role=\"alert\"", "typed meanwhile").doesNotContain("long enough");
        objects.finish(execution, "SUCCESS");
        assertThat(pages.get(page, session).text()).doesNotContain("An execution is under way.");
    }

    private void declare(String template) {
        var declared = account.rest("PUT", "/api/v1/templates/" + template + "/parameters", """
                {"parameters":[{"name":"VERSION","default":"1"},{"name":"NOTES","default":"of\\nlines"},
                               {"name":"TOKEN","secret":true}]}""");
        assertThat(declared.status()).as(declared.text()).isLessThan(300);
    }

    @Test
    void aScheduleThatIsRefusedKeepsWhatWasTyped() {
        objects.image("base", "web-base");
        var template = account.call("CreateImagePipeline", "BaseImageType", "IMAGE_FAMILY", "BaseImage", "web-base")
                .at("ImagePipelineId");
        var session = pages.session(account);
        var page = "/ui/templates/" + template;
        var token =
                "form-token=" + PageClient.formToken(pages.get(page, session).text());

        var refused = pages.post(
                page + "/schedule",
                token + "&cron=61+2+*+*+*&time-zone=Europe%2FBerlin&while-running=queue&on-base-change=yes",
                session);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text())
                .contains("role=\"alert\"", "value=\"61 2 * * *\"", "value=\"Europe/Berlin\"", "Never.")
                .containsPattern(Pattern.compile("value=\"queue\" selected"))
                .containsPattern(Pattern.compile("name=\"on-base-change\" value=\"yes\" checked"));
    }

    @Test
    void whoMayStartATemplateButNotSeeItIsToldOnAPageOfItsOwn() {
        var template = objects.template(objects.image("base"));
        declare(template);
        var narrow = pages.session(
                TestKeys.narrowed(server, account, TestKeys.allow("ecs:StartImagePipelineExecution", "*")));
        var token =
                "form-token=" + PageClient.formToken(pages.get("/ui", narrow).text());

        var refused = pages.post("/ui/templates/" + template + "/start", token + "&values=yes", narrow);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("That was not done").doesNotContain("Build times");
    }
}
