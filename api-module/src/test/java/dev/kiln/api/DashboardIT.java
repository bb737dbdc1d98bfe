package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kiln.image.Digest;
import dev.kiln.image.packages.ImagePackages;
import dev.kiln.image.packages.InstalledPackage;
import dev.kiln.image.packages.PackageList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the web page promises to whoever is not looking at it with good intentions. */
class DashboardIT {

    private final ApiServer server = LiveServer.shared();
    private final WireClient account = server.newAccount();
    private final TestObjects objects = new TestObjects(server, account);
    private final PageClient pages = new PageClient(account);

    @Test
    void aBrowserIsSentToThePageAndWhoSpeaksTheWireIsNot() {
        assertThat(pages.get("/", PageClient.BROWSER).headers()).containsEntry("location", "/ui");
        assertThat(pages.get("/?Action=DescribeImages", PageClient.BROWSER).text())
                .contains("MissingAccessKeyId");
        // What Java's own client sends when a program sets nothing.
        var java = Map.of("accept", "text/html, image/gif, image/jpeg, */*; q=0.2");
        assertThat(pages.get("/", java).text()).contains("MissingAccessKeyId");
        assertThat(pages.get("/ui/executions", PageClient.BROWSER).headers())
                .containsEntry("location", "/ui/sign-in?to=%2Fui%2Fexecutions");
        assertThat(pages.get("/ui/executions", Map.of("kiln-part", "1")).status())
                .isEqualTo(401);
    }

    @Test
    void nothingIsTakenFromElsewhereAndNobodyFramesIt() {
        var page = pages.get("/ui/sign-in", PageClient.BROWSER);

        assertThat(page.headers())
                .containsEntry("x-frame-options", "DENY")
                .containsEntry("cache-control", "no-store")
                .hasEntrySatisfying(
                        "content-security-policy",
                        policy -> assertThat(policy)
                                .contains("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'")
                                .doesNotContain("unsafe"));
        assertThat(page.text())
                .doesNotContain("style=", "<style", "onclick")
                .doesNotContainPattern(Pattern.compile("(src|href)=\"(https?:)?//"));
        var style = Pattern.compile("href=\"(/ui/assets/[^\"]+css)\"").matcher(page.text());
        assertThat(style.find()).isTrue();
        assertThat(pages.get(style.group(1), Map.of()).headers())
                .hasEntrySatisfying("cache-control", kept -> assertThat(kept).contains("immutable"));
        assertThat(pages.get("/ui/assets/x/..%2F..%2Fapplication.yml", Map.of()).status())
                .isIn(400, 404);
    }

    @Test
    void aCookieIsForThisSiteAndNoScriptAndOverTlsOnly() {
        var cookie = pages.signIn(account, Map.of("x-forwarded-proto", "https"))
                .headers()
                .get("set-cookie");

        assertThat(cookie).startsWith("kiln-session=").contains("HttpOnly", "SameSite=Strict", "Path=/ui", "Secure");
        assertThat(pages.signIn(account, Map.of()).headers().get("set-cookie")).doesNotContain("Secure");
    }

    @Test
    void aFormWithoutTheTokenOrFromElsewhereDoesNothing() {
        var session = pages.session(account);
        var execution = objects.start(objects.template(objects.image("base")));
        var path = "/ui/executions/" + execution + "/cancel";
        var token = PageClient.formToken(
                pages.get("/ui/executions/" + execution, session).text());

        assertThat(pages.post(path, "", session).status()).isEqualTo(403);
        assertThat(pages.post(path, "form-token=" + "0".repeat(64), session).status())
                .isEqualTo(403);
        var foreign = new HashMap<>(session);
        foreign.put("sec-fetch-site", "cross-site");
        assertThat(pages.post(path, "form-token=" + token, foreign).status()).isEqualTo(403);
        foreign.remove("sec-fetch-site");
        foreign.put("origin", "http://elsewhere.example");
        assertThat(pages.post(path, "form-token=" + token, foreign).status()).isEqualTo(403);
        assertThat(account.rest("GET", "/api/v1/executions/" + execution, "").at("status"))
                .isEqualTo("PREPARING");
        assertThat(pages.post(path, "form-token=" + token, session).status()).isEqualTo(303);
        assertThat(account.rest("GET", "/api/v1/executions/" + execution, "").at("status"))
                .startsWith("CANCEL");
    }

    @Test
    void aSessionEndsWithItsKeyAndOnSigningOut() {
        var made = account.rest("POST", "/api/v1/keys", "{}");
        var key = new WireClient(
                server.port(), new Keys(account.keys().account(), made.at("accessKeyId"), made.at("accessKeySecret")));
        var session = pages.session(key);
        var other = pages.session(account);
        assertThat(pages.get("/ui/images", session).status()).isEqualTo(200);

        account.rest("POST", "/api/v1/keys/" + made.at("accessKeyId") + "/disable", "");
        pages.post(
                "/ui/sign-out",
                "form-token="
                        + PageClient.formToken(pages.get("/ui/images", other).text()),
                other);

        assertThat(pages.get("/ui/images", session).status()).isEqualTo(303);
        assertThat(pages.get("/ui/images", other).status()).isEqualTo(303);
    }

    @Test
    void guessingIsSlowedDownAndSaysNothing() {
        var unknown = new Keys("1", "nobody" + server.port(), "wrong");
        var wrong = new Keys("1", account.keys().id(), "wrong");
        var first = pages.signIn(new WireClient(server.port(), unknown), from("203.0.113.7"));
        var second = pages.signIn(new WireClient(server.port(), wrong), from("203.0.113.7"));
        assertThat(first.status()).isEqualTo(second.status()).isEqualTo(401);
        assertThat(second.text()).contains("No active access key has this id and secret.");
        Reply last = second;
        for (int n = 0; n < 50 && last.status() == 401; n++) {
            last = pages.signIn(new WireClient(server.port(), wrong), Map.of());
        }
        assertThat(last.status()).isEqualTo(429);
    }

    private static Map<String, String> from(String address) {
        // What somebody claims about where he is changes nothing.
        return Map.of("x-forwarded-for", address);
    }

    @Test
    void whatAPolicyDoesNotAllowIsNotSeenAndNotDone() {
        var execution = objects.start(objects.template(objects.image("base")));
        var list = TestKeys.allow("ecs:DescribeImagePipelineExecutions", "*");
        var narrow = pages.session(TestKeys.narrowed(server, account, list));
        var stranger = pages.session(server.newAccount());

        assertThat(pages.get("/ui", narrow).text()).contains(execution);
        assertThat(pages.get("/ui/executions/" + execution, narrow).status()).isEqualTo(404);
        assertThat(pages.get("/ui/templates", narrow).text()).contains("No template yet");
        assertThat(pages.get("/ui/executions/" + execution + "/stream", narrow).status())
                .isEqualTo(404);
        for (var path : new String[] {"", "/stream", "/log.txt"}) {
            assertThat(pages.get("/ui/executions/" + execution + path, stranger).status())
                    .isEqualTo(404);
        }
        assertThat(pages.get("/ui", stranger).text()).doesNotContain(execution);
        var root = pages.session(server.as(ApiServer.ROOT));
        assertThat(pages.get("/ui/executions?account=" + account.keys().account(), root)
                        .text())
                .contains(execution);
        assertThat(pages.get("/ui/executions/" + execution, root).text()).doesNotContain("id=\"cancel\"");
    }

    @Test
    void whatBecameOfExecutionsIsShownOnlyToWhoMayListThem() {
        var template = objects.template(objects.image("base"));
        var execution = objects.start(template);
        objects.finish(execution, "FAILED");
        var see = TestKeys.allow("ecs:DescribeImagePipelines", "*");
        var narrow = pages.session(TestKeys.narrowed(server, account, see));
        var all = pages.session(account);

        for (var path : List.of("/ui/templates", "/ui/templates/" + template)) {
            assertThat(pages.get(path, all).text()).contains(execution, "0 %");
            assertThat(pages.get(path, narrow).text())
                    .contains(template)
                    .doesNotContain(execution, "0 %", "class=\"bad\"", "Failed");
        }
        assertThat(pages.get("/ui/templates/" + template, all).text()).contains("<rect class=\"bad\"");
        assertThat(pages.get("/ui/templates", all).text()).contains("New template");
        assertThat(pages.get("/ui/templates", narrow).text()).doesNotContain("/ui/templates/new");
        var here = "acs:ecs:" + WireClient.REGION + ":*:imagepipeline/*";
        var create = TestKeys.policy(
                TestKeys.statement("Allow", "ecs:DescribeImagePipelines", "*"),
                TestKeys.statement("Allow", "ecs:CreateImagePipeline", here));
        assertThat(pages.get("/ui/templates", pages.session(TestKeys.narrowed(server, account, create)))
                        .text())
                .contains("New template");
    }

    @Test
    void aStartAsksForParametersAndShowsNoSecret() {
        var template = objects.template(objects.image("base"));
        account.rest("PUT", "/api/v1/templates/" + template + "/parameters", """
                {"parameters":[{"name":"VERSION","default":"1 < 2"},{"name":"TOKEN","secret":true},
                               {"name":"SEALED","secret":true,"default":"nobody sees this"}]}""");
        var session = pages.session(account);
        var page = pages.get("/ui/templates/" + template, session);
        var path = "/ui/templates/" + template + "/start";
        var token = "form-token=" + PageClient.formToken(page.text());

        assertThat(page.text()).contains("1 &lt; 2", "parameter-TOKEN").doesNotContain("nobody sees this");
        assertThat(pages.post(path, token, session).headers()).containsEntry("location", "/ui/templates/" + template);
        var started = pages.post(
                path,
                token + "&values=yes&parameter-VERSION=3&parameter-TOKEN=a+secret+typed&parameter-SEALED=",
                session);
        assertThat(started.status()).as(started.text()).isEqualTo(303);
        assertThat(pages.get(started.headers().get("location"), session).text())
                .contains("VERSION", "TOKEN")
                .doesNotContain("a secret typed", "nobody sees this");
    }

    @Test
    void anExecutionThatNoWorkerCanDoSaysForWhatItWaits() {
        var execution = objects.start(objects.template(objects.image("base")));
        server.jdbc()
                .sql("update execution set attempt = 1, needs = '{disks}', needed_in = status where id = :id")
                .param("id", execution)
                .update();

        assertThat(pages.get("/ui/executions/" + execution, pages.session(account))
                        .text())
                .contains("Now it waits for a worker that", "It starts as soon as one is there.");
    }

    @Test
    void anImageShowsWhatChangedSinceTheOneBefore() {
        var packages = new ImagePackages(server.jdbc());
        var images = new ArrayList<String>();
        for (var version : List.of("7.88", "8.5")) {
            var image = objects.image("tools-" + version, "tools");
            var digest = new Digest(
                    account.rest("GET", "/api/v1/images/" + image, "").at("digest"));
            var curl = new InstalledPackage("dpkg", "curl", version, "amd64");
            packages.keep(digest, new PackageList(List.of(curl)));
            images.add(image);
        }
        var session = pages.session(account);

        assertThat(pages.get("/ui/images", session).text()).contains("href=\"/ui/images/" + images.get(1) + "\"");
        assertThat(pages.get("/ui/images/" + images.get(1), session).text())
                .contains("Changed since", "href=\"/ui/images/" + images.get(0) + "\"", "7.88", "8.5");
        assertThat(pages.get("/ui/images/" + images.get(1), pages.session(server.newAccount()))
                        .status())
                .isEqualTo(404);
    }

    @Test
    void aScheduleIsSetAndTakenAwayByTheFormOfWhoeverMayStart() {
        objects.image("base", "web-base");
        var template = account.call("CreateImagePipeline", "BaseImageType", "IMAGE_FAMILY", "BaseImage", "web-base")
                .at("ImagePipelineId");
        var session = pages.session(account);
        var page = "/ui/templates/" + template;
        var token =
                "form-token=" + PageClient.formToken(pages.get(page, session).text());

        assertThat(pages.get(page, session).text()).contains("Starts by itself", "Never.", "on-base-change");
        var set = pages.post(
                page + "/schedule",
                token + "&cron=30+2+*+*+*&time-zone=Europe%2FBerlin&while-running=queue&on-base-change=yes",
                session);
        assertThat(set.status()).as(set.text()).isEqualTo(303);
        assertThat(pages.get(page, session).text())
                .contains("30 2 * * *", "02:30 Europe/Berlin", "When its base image is another one.");
        var wrong = pages.post(page + "/schedule", token + "&cron=%3Cb%3E", session);
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.text()).contains("&lt;b&gt;").doesNotContain("<b>");
        var stranger = pages.session(server.newAccount());
        assertThat(pages.post(
                                page + "/schedule",
                                "form-token="
                                        + PageClient.formToken(
                                                pages.get("/ui", stranger).text()),
                                stranger)
                        .status())
                .isEqualTo(404);
        assertThat(pages.post(page + "/schedule", token + "&cron=", session).status())
                .isEqualTo(303);
        assertThat(pages.get(page, session).text()).contains("Never.");
        var viewer = pages.session(TestKeys.narrowed(server, account, TestKeys.allow("ecs:Describe*", "*")));
        assertThat(pages.get(page, viewer).text()).contains(template).doesNotContain("Starts by itself");
    }

    @Test
    void aWebhookIsMadeTestedAndTakenAwayByWhoeverMay() {
        var session = pages.session(account);
        var token = "form-token="
                + PageClient.formToken(pages.get("/ui/webhooks", session).text());
        var wrong = pages.post("/ui/webhooks", token + "&url=http%3A%2F%2F10.0.0.1%2F%3Cb%3E", session);
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.text()).contains("10.0.0.1/&lt;b&gt;").doesNotContain("<b>");

        // Nobody listens there.
        var made = pages.post("/ui/webhooks", token + "&url=http%3A%2F%2F127.0.0.1%3A1%2Fhook&template=", session);

        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.text()).contains("whsec_", "Nothing was sent yet.");
        var list = pages.get("/ui/webhooks", session).text();
        assertThat(list).contains("http://127.0.0.1:1/hook").doesNotContain("whsec_");
        var id = Pattern.compile("/ui/webhooks/(wh-[a-z0-9]+)").matcher(list);
        assertThat(id.find()).isTrue();
        var page = "/ui/webhooks/" + id.group(1);
        assertThat(pages.post(page + "/test", token, session).status()).isEqualTo(303);
        await().untilAsserted(() -> assertThat(pages.get(page, session).text())
                .contains("a test", "Pending", "refused")
                .doesNotContain("whsec_"));

        var stranger = pages.session(server.newAccount());
        var strangersToken =
                "form-token=" + PageClient.formToken(pages.get("/ui", stranger).text());
        assertThat(pages.get(page, stranger).status()).isEqualTo(404);
        assertThat(pages.post(page + "/test", strangersToken, stranger).status())
                .isEqualTo(404);
        assertThat(pages.post(page + "/delete", strangersToken, stranger).status())
                .isEqualTo(404);
        var viewer = pages.session(TestKeys.narrowed(server, account, TestKeys.allow("kiln:ListWebhooks", "*")));
        assertThat(pages.get(page, viewer).text())
                .contains("127.0.0.1:1")
                .doesNotContain("Send a test", "Delete", "Deliveries");
        var viewersToken =
                "form-token=" + PageClient.formToken(pages.get("/ui", viewer).text());
        assertThat(pages.post(page + "/test", viewersToken, viewer).status()).isEqualTo(403);
        assertThat(pages.get("/ui", pages.session(TestKeys.narrowed(server, account, TestKeys.allow("ecs:*", "*"))))
                        .text())
                .doesNotContain("Webhooks");

        assertThat(pages.post(page + "/delete", token, session).status()).isEqualTo(303);
        assertThat(pages.get("/ui/webhooks", session).text()).contains("No webhook yet.");
    }

    @Test
    void whateverAnAddressSaysIsAnswered() {
        var session = pages.session(account);
        for (var path : new String[] {
            "/ui/executions?before=x",
            "/ui/executions?before=2020-01-01T00:00:00Z_%00",
            "/ui/executions?status=%3Cb%3E",
            "/ui/executions?template=" + "x".repeat(5000),
            "/ui/images?family=%00",
            "/ui/images/m-none",
            "/ui/images/%00",
            "/ui/executions/%00",
            "/ui/templates/x",
            "/ui/executions/x/stream?offset=-1",
            "/ui/webhooks/%00",
            "/ui/webhooks/x",
            "/ui/nothing",
            "/ui/sign-in?to=//elsewhere"
        }) {
            assertThat(pages.get(path, session).status()).as(path).isIn(200, 303, 400, 404);
        }
        assertThat(pages.get("/ui/sign-in?to=//elsewhere", session).headers()).containsEntry("location", "/ui");
    }
}
