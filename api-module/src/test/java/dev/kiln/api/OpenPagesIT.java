package dev.kiln.api;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.options.ColorScheme;
import dev.kiln.api.live.Followers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A page that stays open is at any time what it would be if it were loaded then, or says that it is not. */
@Timeout(120)
class OpenPagesIT {

    private static final ApiServer SERVER = LiveServer.shared();
    private static final String LOST = "The connection is lost. Trying again …";
    private static Browser browser;

    private final WireClient account = SERVER.newAccount();
    private final TestObjects objects = new TestObjects(SERVER, account);
    private final FakeWorker worker = new FakeWorker(SERVER);
    private final BrowserContext context = browser.context(1280, 900, ColorScheme.LIGHT);
    private final Page page = context.newPage();

    @BeforeAll
    static void open() throws Exception {
        browser = new Browser();
    }

    @AfterAll
    static void close() {
        browser.close();
    }

    @AfterEach
    void leave() {
        context.close();
    }

    private static String url(String path) {
        return "http://127.0.0.1:" + SERVER.port() + path;
    }

    private void signIn() {
        page.navigate(url("/ui/sign-in"));
        page.getByLabel("Access key id").fill(account.keys().id());
        page.getByLabel("Access key secret").fill(account.keys().secret());
        page.locator(".sign-in button").click();
        assertThat(page).hasTitle("Executions · Kiln");
    }

    private String building() {
        var execution = objects.start(objects.template(objects.image("base")));
        worker.moves(execution, "BUILDING");
        return execution;
    }

    /** Its page, and a script that runs once it is there. */
    private void show(String execution, String script) {
        signIn();
        // Following it begins with asking for it again.
        page.waitForResponse(OpenPagesIT::isPart, () -> page.navigate(url("/ui/executions/" + execution)));
        assertThat(status()).hasText("Building");
        page.waitForFunction("() => document.getElementById('log-view').dataset.lines");
        page.evaluate(script);
    }

    private static boolean isPart(Response answer) {
        return answer.request().headers().containsKey("kiln-part");
    }

    private Locator status() {
        return page.locator("h1 .status");
    }

    private void assertComplete() {
        assertThat(page.locator("#log-view")).hasAttribute("data-complete", "yes");
    }

    @Test
    void aRetryFromElsewhereIsSeenByWhoeverHasSeenTheEnd() {
        var execution = building();
        show(execution, "() => {}");
        worker.copies(execution, "cn-hangzhou", "COPIED", 100);
        worker.copies(execution, "cn-beijing", "FAILED", 40);
        worker.moves(execution, "PARTITION_SUCCESS");
        assertThat(status()).hasText("Partly done");
        assertComplete();

        worker.moves(execution, "DISTRIBUTING");
        worker.copies(execution, "cn-beijing", "COPIED", 100);
        worker.moves(execution, "SUCCESS");

        assertThat(status()).hasText("Success");
    }

    @Test
    void anOlderAnswerThatComesLateDoesNotStay() {
        var execution = building();
        page.clock().install();
        show(execution, """
                () => {
                    const real = window.fetch;
                    window.asked = 0;
                    window.fetch = async (...asked) => {
                        const first = ++window.asked === 1;
                        const answer = await real(...asked);
                        if (first) { await new Promise(resolve => { window.release = resolve; }); }
                        return answer;
                    };
                }""");
        worker.moves(execution, "DISTRIBUTING");
        page.waitForFunction("() => window.release");
        worker.moves(execution, "SUCCESS");
        assertComplete();
        // Whoever asks again without waiting for the answer has asked by then.
        page.clock().runFor(4000);
        assertThat(page.evaluate("() => window.asked")).isEqualTo(1);

        page.waitForResponse(OpenPagesIT::isPart, () -> page.evaluate("() => window.release()"));

        assertThat(status()).hasText("Success");
    }

    @Test
    void theLastStateIsAskedForAgainWhenNobodyAnswersOnce() {
        var execution = building();
        show(execution, """
                () => {
                    const real = window.fetch;
                    window.fetch = async () => {
                        window.fetch = real;
                        throw new TypeError('nobody answers');
                    };
                }""");

        worker.moves(execution, "FAILED");

        assertThat(status()).hasText("Failed");
    }

    @Test
    void whoIsCutOffIsToldAndSeesWhatHasHappenedMeanwhile() throws IOException {
        var execution = building();
        signIn();
        try (var way = new BreakableWay(SERVER.port())) {
            page.navigate("http://127.0.0.1:" + way.port() + "/ui/executions/" + execution);
            assertThat(status()).hasText("Building");
            assertThat(page.locator("#connection")).isHidden();

            way.set(BreakableWay.Mode.CUT);
            assertThat(page.locator("#connection")).hasText(LOST);
            worker.prints(execution, "meanwhile\n");
            worker.moves(execution, "DISTRIBUTING");
            way.set(BreakableWay.Mode.OPEN);

            assertThat(page.locator("#connection")).isHidden();
            assertThat(status()).hasText("Distributing");
            assertThat(page.locator(".log .row")).containsText("meanwhile");

            page.navigate("http://127.0.0.1:" + way.port() + "/ui/executions");
            way.set(BreakableWay.Mode.CUT);
            assertThat(page.locator("#connection")).hasText(LOST);
            way.set(BreakableWay.Mode.OPEN);
            assertThat(page.locator("#connection")).isHidden();
        }
    }

    @Test
    void whatIsGoneIsShownNoLonger() {
        var template = objects.template(objects.image("base"));
        signIn();
        page.navigate(url("/ui/templates/" + template));
        assertThat(page.locator("#start")).hasCount(1);

        account.call("DeleteImagePipeline", "ImagePipelineId", template);

        assertThat(page.locator("h1")).hasText("Not found");
    }

    @Test
    void aTemplateCanBeStartedAgainAsSoonAsItsExecutionHasEnded() {
        var template = objects.template(objects.image("base"));
        var execution = objects.start(template);
        signIn();
        page.navigate(url("/ui/templates/" + template));
        assertThat(page.locator("#start")).hasCount(0);

        worker.moves(execution, "SUCCESS");

        assertThat(page.locator("#start")).hasCount(1);
    }

    @Test
    void whatIsTypedStaysWhileSomebodyElseStartsTheTemplate() {
        var template = objects.template(objects.image("base"));
        account.rest("PUT", "/api/v1/templates/" + template + "/parameters", """
                {"parameters":[{"name":"VERSION","default":"1"},{"name":"TOKEN","secret":true}]}""");
        signIn();
        page.navigate(url("/ui/templates/" + template));
        page.locator("#parameter-VERSION").fill("2");
        page.locator("#parameter-TOKEN").pressSequentially("a secret");

        var given = Map.of("parameters", Map.of("TOKEN", "another secret"));
        var started = account.rest("POST", "/api/v1/templates/" + template + "/executions", TestKeys.body(given));

        assertThat(page.locator("#start")).isDisabled();
        page.keyboard().type(" of mine");
        assertThat(page.locator("#parameter-VERSION")).hasValue("2");
        assertThat(page.locator("#parameter-TOKEN")).hasValue("a secret of mine");
        worker.moves(started.at("executionId"), "SUCCESS");
        assertThat(page.locator("#start")).isEnabled();
        page.locator("#parameter-TOKEN").fill("short");
        page.locator("#start").click();
        assertThat(page.locator(".alert")).containsText("TOKEN");
        page.locator("#parameter-TOKEN").fill("long enough");
        // It goes on to be kept up to date, by the address that it can be loaded from.
        account.call("DeleteImagePipeline", "ImagePipelineId", template);
        assertThat(page.locator("h1")).hasText("Not found");
    }

    @Test
    void whatMovesDownInAListWhileItIsOpenIsOnItsNextPage() {
        var image = objects.image("base");
        worker.hasRun(objects.template(image), 60);
        var other = objects.template(image);
        signIn();
        assertThat(page.locator(".list tbody tr")).hasCount(50);
        worker.hasRun(other, 5);
        var newer = SERVER.jdbc()
                .sql("select id from execution where template_id = :id")
                .param("id", other)
                .query(String.class)
                .list();
        Awaitility.await().until(() -> listed().containsAll(newer));

        var seen = new ArrayList<>(listed());
        page.locator("a[rel=next]").click();
        assertThat(page).hasURL(Pattern.compile(".*before=.*"));
        seen.addAll(listed());

        assertThat(seen).hasSize(65).doesNotHaveDuplicates();
    }

    private List<String> listed() {
        return page.locator("td.mono a").allTextContents();
    }

    @Test
    void aLinkToALineLeadsThereFromElsewhereToo() {
        var execution = building();
        worker.prints(execution, "line\n".repeat(500));
        signIn();
        // Another site, as browsers see it: what it leads to is asked for without our cookie.
        page.navigate("http://localhost:" + SERVER.port() + "/ui/sign-in");
        assertThat(page).hasTitle("Sign in · Kiln");

        page.evaluate("address => { location.href = address; }", url("/ui/executions/" + execution + "#L321"));

        assertThat(page.locator(".log .row.target .no")).hasText("321");
    }

    @Test
    void aPageThatNobodySeesKeepsNoConnectionAndCatchesUp() {
        var execution = building();
        show(execution, "() => {}");
        Awaitility.await().until(() -> SERVER.bean(Followers.class).count() == 1);
        hide(true);
        // Here a connection ends after two seconds, and half a second later there is the next one.
        Awaitility.await()
                .during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(20))
                .until(() -> SERVER.bean(Followers.class).count() == 0);
        worker.prints(execution, "unseen\n");
        worker.moves(execution, "DISTRIBUTING");

        hide(false);

        assertThat(page.locator(".log .row")).containsText("unseen");
        assertThat(status()).hasText("Distributing");
    }

    private void hide(boolean hidden) {
        page.evaluate("""
                state => {
                    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
                    document.dispatchEvent(new Event('visibilitychange'));
                }""", hidden ? "hidden" : "visible");
    }

    @Test
    void whatTerminalsHaveForThemselvesIsNotShownAndALineThatGoesOnIsFound() {
        var execution = building();
        worker.prints(execution, "\u001b[?25lbusy\u001b[>4;2m and \u001b[2 qdone\u001b[?25h\nneed");
        show(execution, "() => {}");
        var rows = page.locator(".log .row .out");
        assertThat(rows.first()).hasText("busy and done");
        assertThat(page.locator(".log .a-dim")).hasCount(0);
        assertThat(rows.last()).hasText("need");

        page.locator("#log-search").fill("needle");
        assertThat(page.locator("#log-found")).hasText("none");
        worker.prints(execution, "le\n");

        assertThat(page.locator("#log-found")).hasText("1 of 1");
    }

    @Test
    void linesOfOneColourShareWhatIsKnownOfThem() {
        var execution = building();
        worker.prints(execution, "\u001b[32m" + "green\n".repeat(1000));
        show(execution, "() => {}");
        assertThat(page.locator(".log .f2").first()).hasText("green");

        assertThat((Integer) page.evaluate("() => new Set(document.getElementById('log-view').log.marks).size"))
                .isLessThan(10);
    }

    @Test
    void aVerdictIsAboutWhatIsThere() {
        signIn();
        page.navigate(url("/ui/templates/new"));
        page.evaluate("""
                () => {
                    const real = window.fetch;
                    window.fetch = async (...asked) => {
                        window.fetch = real;
                        const answer = await real(...asked);
                        await new Promise(resolve => { window.release = resolve; });
                        const problems = await answer.json();
                        setTimeout(() => { window.taken = true; }, 100);
                        return { ok: true, json: async () => problems };
                    };
                }""");
        page.locator("#build").fill("FROB it\n");
        page.waitForFunction("() => window.release");
        page.locator("#build").fill("RUN true\n");
        var verdict = page.locator("#build-problem");
        assertThat(verdict).hasText("Every command is understood.");

        page.evaluate("() => window.release()");
        page.waitForFunction("() => window.taken");

        assertThat(verdict).hasText("Every command is understood.");
        assertThat(page.locator("#build")).hasAttribute("aria-invalid", "false");
        page.evaluate("() => { window.fetch = async () => { throw new TypeError('nobody answers'); }; }");
        page.locator("#build").fill("RUN false\n");
        assertThat(verdict).hasText("");
        assertThat(page.locator("#build[aria-invalid]")).hasCount(0);
    }

    @Test
    void longNamesMakeNoPageWiderThanItsScreen() {
        var name = "n".repeat(126);
        var image = objects.image(name, "f" + name);
        var template = account.call(
                        "CreateImagePipeline", "Name", name, "BaseImageType", "IMAGE_FAMILY", "BaseImage", "f" + name)
                .at("ImagePipelineId");
        var execution = objects.start(template);
        worker.copies(execution, "cn-hangzhou", "COPIED", 100);
        worker.begins(execution, 1, "RUN " + "command ".repeat(24));
        worker.fails(execution, "e".repeat(300));
        var webhook = account.rest(
                        "POST", "/api/v1/webhooks", "{\"url\":\"http://127.0.0.1:1/" + "u".repeat(1900) + "\"}")
                .at("webhookId");
        signIn();
        for (int width : new int[] {1280, 360}) {
            page.setViewportSize(width, 740);
            for (var path : List.of(
                    "/ui/executions",
                    "/ui/executions/" + execution,
                    "/ui/templates",
                    "/ui/templates/" + template,
                    "/ui/images?family=f" + name,
                    "/ui/images/" + image,
                    "/ui/webhooks",
                    "/ui/webhooks/" + webhook)) {
                page.navigate(url(path));
                assertThat((Integer) page.evaluate("() => document.documentElement.scrollWidth"))
                        .as(path + " at " + width)
                        .isLessThanOrEqualTo(width);
            }
        }
    }
}
