package dev.kiln.api;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The web page in a real browser; a worker's rows are written by the test, as fast or slowly as it wants. */
@Timeout(300)
class BrowserIT {

    private static final ApiServer SERVER = LiveServer.shared();
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

    private String url(String path) {
        return "http://127.0.0.1:" + SERVER.port() + path;
    }

    private void signIn(Page page) {
        page.navigate(url("/"));
        page.getByLabel("Access key id").fill(account.keys().id());
        page.getByLabel("Access key secret").fill(account.keys().secret());
        page.locator(".sign-in button").click();
        assertThat(page).hasTitle("Executions · Kiln");
    }

    private Locator status() {
        return page.locator("h1 .status");
    }

    private long lines() {
        return Long.parseLong(page.locator("#log-view").getAttribute("data-lines"));
    }

    @Test
    void anExecutionIsWatchedFromItsStartToItsSuccessWithoutAReload() {
        var template = objects.template(objects.image("base"));
        signIn(page);
        page.navigate(url("/ui/templates/" + template));
        page.locator("#start").click();
        assertThat(page).hasURL(Pattern.compile(".*/ui/executions/exec-[a-z0-9]{20}"));
        var execution = page.url().substring(page.url().lastIndexOf('/') + 1);
        page.evaluate("() => { window.loadedOnce = true; }");
        assertThat(page.locator(".waiting-note")).containsText("in line");

        worker.moves(execution, "BUILDING");
        assertThat(status()).hasText("Building");
        // Read out by itself, unlike the number of lines, which changes all the time.
        assertThat(page.locator("#said[role=status]")).hasText("Building");
        assertThat(page.locator("#log-count[role]")).hasCount(0);
        worker.prints(execution, "-- opening base image\n");
        worker.begins(execution, 1, "RUN make");
        worker.prints(execution, "\u001b[31mred\u001b[0m and <b>no markup</b>\n");
        assertThat(page.locator(".log .f1")).hasText("red");
        assertThat(page.locator(".log .row").filter(new Locator.FilterOptions().setHasText("<b>no markup</b>")))
                .hasCount(1);
        worker.ends(execution, 1);
        assertThat(page.locator(".steps .status")).hasText("Success");
        worker.copies(execution, "cn-beijing", "COPYING", 50);
        worker.moves(execution, "DISTRIBUTING");
        assertThat(page.locator("progress[aria-label='Copy to cn-beijing']")).hasAttribute("value", "50");
        worker.copies(execution, "cn-beijing", "COPIED", 100);
        worker.moves(execution, "RELEASING");
        worker.moves(execution, "SUCCESS");

        assertThat(status()).hasText("Success");
        assertThat(page.locator("#log-view")).hasAttribute("data-complete", "yes");
        assertThat(page.evaluate("() => window.loadedOnce")).isEqualTo(true);
    }

    @Test
    void aFailureIsToldAboveEverythingElse() {
        var execution = objects.start(objects.template(objects.image("base")));
        worker.moves(execution, "BUILDING");
        worker.begins(execution, 1, "RUN make");
        worker.fails(
                execution,
                "step 1 of 3 (RUN make) ended with exit code 2; last lines:\nmake: no rule\n<script>alert(1)</script>");
        signIn(page);
        assertThat(page.locator("td .trouble")).containsText("exit code 2");
        page.locator("a.title").click();

        assertThat(page.locator(".failure .sentence")).hasText("Step 1 of 3 (RUN make) ended with exit code 2.");
        assertThat(page.locator(".failure pre")).hasText("make: no rule\n<script>alert(1)</script>");
        assertThat(page.locator(".failure").boundingBox().y)
                .isLessThan(page.locator(".stages").boundingBox().y);
        assertThat(page.locator(".stages .bad")).containsText("Building");
        page.locator("a[data-step]").click();
        assertThat(page.locator(".log .row.target")).containsText("RUN make");
    }

    @Test
    void aRegionThatFailedIsTriedAgain() {
        var execution = objects.start(objects.template(objects.image("base")));
        worker.moves(execution, "BUILDING");
        worker.copies(execution, "cn-hangzhou", "COPIED", 100);
        worker.copies(execution, "cn-beijing", "FAILED", 40);
        worker.moves(execution, "PARTITION_SUCCESS");
        signIn(page);
        page.navigate(url("/ui/executions/" + execution));
        assertThat(page.locator(".targets .bad")).hasText("Failed");

        page.locator("#retry").click();

        assertThat(status()).hasText(Pattern.compile("Waiting|Distributing"));
        assertThat(page.locator("progress")).hasCount(1);
        worker.copies(execution, "cn-beijing", "COPIED", 100);
        worker.moves(execution, "SUCCESS");
        assertThat(status()).hasText("Success");
        assertThat(page.locator(".targets .good")).hasCount(2);
    }

    @Test
    void anExecutionIsCancelledByKeyboard() {
        var execution = objects.start(objects.template(objects.image("base")));
        worker.moves(execution, "BUILDING");
        signIn(page);
        page.navigate(url("/ui/executions/" + execution));
        page.onDialog(dialog -> dialog.accept());

        page.locator("#cancel").focus();
        page.keyboard().press("Enter");

        assertThat(status()).hasText("Cancelling");
        worker.moves(execution, "CANCELLED");
        assertThat(status()).hasText("Cancelled");
        assertThat(page.locator("#cancel")).hasCount(0);
    }

    /** What a page costs is what it shows; how long the database takes is measured by ./kiln bench. */
    @Test
    void ofFiveThousandExecutionsAPageShowsFifty() {
        var template = objects.template(objects.image("base"));
        worker.hasRun(template, 5000);
        signIn(page);
        for (var address :
                List.of("/ui/executions", "/ui/executions?status=FAILED", "/ui/executions?template=" + template)) {
            page.navigate(url(address));
            assertThat(page.locator(".list tbody tr")).hasCount(50);
        }
        var seen = new ArrayList<String>();
        page.navigate(url("/ui/executions"));
        for (int n = 0; n < 4; n++) {
            assertThat(page.locator(".list tbody tr")).hasCount(50);
            seen.addAll(page.locator("td.mono a").allTextContents());
            var next = page.locator("a[rel=next]");
            var address = next.getAttribute("href");
            next.click();
            page.waitForURL(at -> at.endsWith(address));
        }
        assertThat(seen).hasSize(200).doesNotHaveDuplicates();
        page.navigate(url("/ui/templates/" + template));
        assertThat(page.locator("#part-chart")).containsText("90 % of 5,000 succeeded");
    }

    @Test
    void aLogOfTwoHundredThousandLinesIsFollowedSearchedAndLinkedTo() {
        var execution = objects.start(objects.template(objects.image("base")));
        worker.moves(execution, "BUILDING");
        worker.prints(execution, numbered(1, 150_000));
        signIn(page);
        var connections = new AtomicInteger();
        page.onRequest(request -> connections.addAndGet(request.resourceType().equals("eventsource") ? 1 : 0));
        page.navigate(url("/ui/executions/" + execution));
        page.waitForFunction("() => document.getElementById('log-view').dataset.lines === '150000'");
        // The server ends connections after two seconds here: what comes meanwhile comes through several of them.
        var last = 150_000;
        while (last < 200_000 || connections.get() < 4) {
            worker.prints(execution, numbered(last + 1, last + 500));
            last += 500;
            page.waitForFunction("n => Number(document.getElementById('log-view').dataset.lines) > n - 2000", last);
        }
        worker.moves(execution, "SUCCESS");
        page.waitForFunction("() => document.getElementById('log-view').dataset.complete === 'yes'");

        assertThat(page.evaluate("""
                () => document.getElementById('log-view').log.lines.every((line, at) => line === `line ${at + 1} of a long log`)
                """)).isEqualTo(true);
        assertThat(lines()).isEqualTo(last);
        assertThat(page.locator(".log .row").last()).containsText("line " + last + " of");
        assertThat(page.locator(".log .row").count()).isLessThan(200);

        page.locator("#log-search").fill("line 12345 of");
        assertThat(page.locator(".log mark.here")).hasText("line 12345 of");
        assertThat(page.locator("#log-found")).hasText("1 of 1");
        page.navigate(url("/ui/executions/" + execution + "#L123456"));
        page.reload();
        assertThat(page.locator(".log .row.target .no")).hasText("123456");
    }

    @Test
    void aLineOfMegabytesIsNotReadAgainWithEachPiece() {
        var execution = objects.start(objects.template(objects.image("base")));
        worker.moves(execution, "BUILDING");
        worker.prints(execution, "\u001b[31m" + "x".repeat(4_000_000));
        signIn(page);
        page.addInitScript("""
                window.scanned = 0;
                for (const name of ['includes', 'matchAll']) {
                    const real = String.prototype[name];
                    String.prototype[name] = function (...given) {
                        window.scanned += this.length;
                        return real.apply(this, given);
                    };
                }""");
        page.navigate(url("/ui/executions/" + execution));
        page.waitForFunction("() => document.getElementById('log-view').log?.offset === 4000005");

        assertThat((Integer) page.evaluate("() => window.scanned")).isLessThan(3 * 4_000_000);
        assertThat(page.locator(".log .row").last()).containsText("3,995,005 more characters");
        for (var piece : List.of("\u001b[3", "2m\n", "10 %\r", "20 %\r", "30", " %")) {
            worker.prints(execution, piece);
        }
        assertThat(page.locator(".log .row .f2")).hasText("30 %");
    }

    @Test
    void anOpenPageTellsThatTheWorkerIsLost() {
        var execution = objects.start(objects.template(objects.image("base")));
        worker.moves(execution, "BUILDING");
        signIn(page);
        page.navigate(url("/ui/executions/" + execution));
        assertThat(status()).hasText("Building");

        worker.isLost(execution);

        assertThat(status()).hasText("Waiting");
        assertThat(page.locator(".waiting-note")).containsText("in line");
        worker.moves(execution, "DISTRIBUTING");
        assertThat(status()).hasText("Distributing");
        assertThat(page.locator(".waiting-note")).hasCount(0);
    }

    private static String numbered(int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(n -> "line " + n + " of a long log\n")
                .collect(Collectors.joining());
    }

    @Test
    void aTemplateIsMadeWithItsCommandsCheckedWhileTheyAreTyped() {
        var image = objects.image("base");
        signIn(page);
        page.navigate(url("/ui/templates/new"));
        page.locator("#build").fill("RUN true\nFROB it\n");
        assertThat(page.locator("#build-problem")).containsText("line 2");
        page.locator("#build").fill("RUN true\n");
        assertThat(page.locator("#build-problem")).hasText("Every command is understood.");
        page.locator("#name").fill("from-the-page");
        page.locator("#base").fill("m-nobodys");
        page.locator("button.primary").click();
        assertThat(page.locator(".alert")).containsText("m-nobodys");
        page.locator("#base").fill(image);
        page.locator("button.primary").click();

        assertThat(page.locator("h1")).hasText("from-the-page");
        assertThat(page.locator(".content")).hasText("RUN true");
    }

    @Test
    void everyPageIsForEverybody() {
        var template = objects.template(objects.image("base", "debian"));
        var execution = objects.start(template);
        worker.moves(execution, "BUILDING");
        worker.begins(execution, 1, "RUN make");
        worker.prints(execution, "\u001b[1;34mblue\u001b[0m \u001b[90mgrey\u001b[0m \u001b[41mground\u001b[0m\n");
        worker.copies(execution, "cn-beijing", "FAILED", 40);
        worker.fails(execution, "step 1 of 3 (RUN make) ended with exit code 2; last lines:\nno rule");
        worker.hasRun(template, 20);
        var webhook = "{\"url\":\"http://127.0.0.1:1/\"}";
        var webhookId = account.rest("POST", "/api/v1/webhooks", webhook).at("webhookId");
        account.rest("POST", "/api/v1/webhooks/" + webhookId + "/test", "");
        for (var scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            try (var context = browser.context(1280, 900, scheme)) {
                var page = context.newPage();
                page.navigate(url("/ui/sign-in"));
                assertThat(browser.violations(page)).as("sign in, " + scheme).isEmpty();
                signIn(page);
                for (var path : List.of(
                        "/ui/executions",
                        "/ui/executions/" + execution,
                        "/ui/executions/nothing",
                        "/ui/templates",
                        "/ui/templates/" + template,
                        "/ui/templates/new",
                        "/ui/images",
                        "/ui/webhooks",
                        "/ui/webhooks/" + webhookId)) {
                    page.navigate(url(path));
                    assertThat(browser.violations(page))
                            .as(path + ", " + scheme)
                            .isEmpty();
                }
                page.setViewportSize(360, 740);
                page.navigate(url("/ui/executions/" + execution));
                assertThat(page.evaluate("() => document.documentElement.scrollWidth"))
                        .isEqualTo(360);
            }
        }
    }
}
