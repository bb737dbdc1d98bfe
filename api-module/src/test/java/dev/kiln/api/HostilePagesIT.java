package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody sends to the pages, signed in or not, is answered by a refusal and harms nobody else. */
class HostilePagesIT {

    private final ApiServer server = LiveServer.shared();
    private final WireClient account = server.newAccount();
    private final TestObjects objects = new TestObjects(server, account);
    private final PageClient pages = new PageClient(account);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/ui/sign-in?to=%",
                "/ui/sign-in?to=%00",
                "/ui?before=%",
                "/ui?=x",
                "/ui?before=%2B300000-01-01T00:00:00Z_x",
                "/ui?before=-300000-01-01T00:00:00Z_x",
                "/ui/templates?before=%2B300000-01-01T00:00:00Z_x",
                "/ui/images?before=%2B300000-01-01T00:00:00Z_x",
                "/api/v1/executions?before=%",
                "/ui/executions?x=%C3%28&y=%u1234",
                "/ui/%00",
                "/ui/sign-in?to=a&to=%0"
            })
    void anAddressIsAnsweredByNoServerError(String path) throws IOException {
        for (var cookie : List.of("none=x", pages.session(account).getOrDefault("cookie", ""))) {
            var answer = RawHttp.exchange(
                    server.port(),
                    "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + "Accept: text/html\r\nCookie: "
                            + cookie + "\r\n\r\n");
            assertThat(answer).matches("(?s)HTTP/1.1 [234].*").doesNotContain("\tat ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ui/nonsense", "/ui/executions/a/b/c", "/ui/templates/new/"})
    void aPathThatIsNoPageIsAnsweredByOneThatSaysSo(String path) {
        var answer = pages.get(path, pages.session(account));

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.headers().get("content-type")).startsWith("text/html");
        assertThat(answer.text()).contains("Not found", "There is no such page");
        assertThat(pages.get(path, PageClient.BROWSER).status()).isEqualTo(303);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%2B300000-01-01T00:00:00Z_x", "-300000-01-01T00:00:00Z_x", "0000-01-01T00:00:00Z_x"})
    void aPlaceInAListIsNoneWithoutAServerError(String before) {
        assertThat(account.rest("GET", "/api/v1/executions?before=" + before, "")
                        .status())
                .isLessThan(500);
    }

    @Test
    void aLongPathToGoToAfterwardsIsNone() {
        var path = "/ui/sign-in?to=/ui" + "/a".repeat(50_000);

        assertThat(pages.get(path, pages.session(account)).headers()).containsEntry("location", "/ui");
    }

    @Test
    void aKeyThatCannotBeStoredIsNobodysAndNoFailureOfThoseWhoAreVerifiedMeanwhile() throws Exception {
        var form = pages.get("/ui/sign-in", PageClient.BROWSER);
        var fields = "form-token=" + PageClient.formToken(form.text()) + "&access-key-secret=x&access-key-id=a%00";
        var headers = Map.of("cookie", PageClient.cookie(form));
        var calls = CompletableFuture.runAsync(() -> {
            for (int number = 0; number < 60; number++) {
                assertThat(account.call("DescribeImages").status()).isEqualTo(200);
            }
        });
        for (int number = 0; number < 20; number++) {
            assertThat(pages.post("/ui/sign-in", fields + number, headers).status())
                    .isLessThan(500);
        }
        calls.get(1, TimeUnit.MINUTES);
    }

    @Test
    void formsWithWhatCannotBeStoredAreRefused() {
        var session = pages.session(account);
        var execution = objects.start(objects.template(objects.image("base")));
        var token = "form-token="
                + PageClient.formToken(
                        pages.get("/ui/executions/" + execution, session).text());
        var region = "&region=cn-hangzhou";
        for (var form : Map.of(
                        "/ui/webhooks",
                        "&url=https://1.1.1.1/&template=%00",
                        "/ui/templates",
                        region + "&base-type=IMAGE&base=%00&name=x",
                        "/ui/executions/" + execution + "/retry",
                        "&region=-",
                        "/ui/executions/" + execution + "/cancel",
                        "&%00=x")
                .entrySet()) {
            assertThat(pages.post(form.getKey(), token + form.getValue(), session)
                            .status())
                    .as(form.getKey())
                    .isBetween(400, 499);
        }
        var webhook = "{\"url\":\"https://1.1.1.1/\",\"template\":\"\\u0000\"}";
        assertThat(account.rest("POST", "/api/v1/webhooks", webhook).refusal()).isEqualTo("400 InvalidParameter");
    }

    @Test
    void whoFollowsALinkFromElsewhereStaysHere() {
        var headers = new HashMap<>(PageClient.BROWSER);
        headers.put("sec-fetch-site", "cross-site");
        var answer = account.exchange("GET", "//evil.example/..;/ui", new byte[0], headers);

        assertThat(answer.text()).doesNotContain("url=//");
        assertThat(answer.headers().getOrDefault("location", "")).doesNotStartWith("//");
    }

    @Test
    void whoMayNotReadParametersSeesNoDefaultsAndStartsWithThem() {
        var template = objects.template(objects.image("base"));
        account.rest("PUT", "/api/v1/templates/" + template + "/parameters", """
                {"parameters":[{"name":"VERSION","default":"from before"}]}""");
        var allowed = TestKeys.policy(
                TestKeys.statement("Allow", "ecs:DescribeImagePipelines", "*"),
                TestKeys.statement("Allow", "ecs:StartImagePipelineExecution", "*"));
        var narrow = pages.session(TestKeys.narrowed(server, account, allowed));
        var path = "/ui/templates/" + template;

        assertThat(pages.get(path, pages.session(account)).text()).contains("from before");
        assertThat(pages.get(path, narrow).text()).contains("VERSION").doesNotContain("from before");
    }

    @Test
    void aTokenOfAnotherListingIsRefused() {
        for (int number = 0; number < 2; number++) {
            account.call("CreateImageComponent", "Name", "one-" + number, "Content", "RUN true");
            objects.template(objects.image("base-" + number));
        }
        var token = account.call("DescribeImagePipelines", "MaxResults", "1").at("NextToken");

        assertThat(token).isNotEmpty();
        assertThat(account.call("DescribeImagePipelines", "MaxResults", "1", "NextToken", token)
                        .status())
                .isEqualTo(200);
        assertThat(account.call("DescribeImageComponents", "MaxResults", "1", "NextToken", token)
                        .refusal())
                .isEqualTo("403 Invalid.NextToken");
    }
}
