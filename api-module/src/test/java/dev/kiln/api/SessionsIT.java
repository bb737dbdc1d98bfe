package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.signature.FormText;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whoever uses several pages at a time, or one for long, is told on a page what to do. */
class SessionsIT {

    private final ApiServer server = LiveServer.shared();
    private final WireClient account = server.newAccount();
    private final PageClient pages = new PageClient(account);
    private final TestObjects objects = new TestObjects(server, account);

    private Reply signIn(String token, String cookie) {
        var form = Map.of(
                "form-token", token,
                "access-key-id", account.keys().id(),
                "access-key-secret", account.keys().secret());
        return pages.post("/ui/sign-in", FormText.canonical(form), Map.of("cookie", cookie));
    }

    @Test
    void whoeverHasSeveralPagesToSignInSignsInWithAnyOfThem() {
        var first = pages.get("/ui/sign-in", PageClient.BROWSER);
        var headers = new HashMap<>(PageClient.BROWSER);
        headers.put("cookie", PageClient.cookie(first));
        var second = pages.get("/ui/sign-in", headers);
        var token = PageClient.formToken(first.text());

        var signedIn = signIn(token, PageClient.cookie(second));
        assertThat(signedIn.status()).isEqualTo(303);
        // The other page has lost what it was known by, and its browser is signed in.
        assertThat(signIn(token, PageClient.cookie(signedIn)).headers()).containsEntry("location", "/ui");

        // What a browser has that is none of ours is not taken over.
        headers.put("cookie", "kiln-form=of-my-own");
        assertThat(pages.get("/ui/sign-in", headers).text()).doesNotContain("of-my-own");
    }

    @Test
    void aPageToSignInThatWasOpenForTooLongIsShownAgain() {
        var token = PageClient.formToken(
                pages.get("/ui/sign-in", PageClient.BROWSER).text());

        var late = signIn(token, "none=x");

        assertThat(late.status()).isEqualTo(403);
        assertThat(late.text())
                .contains(
                        "This page was open for too long.",
                        "value=\"" + account.keys().id())
                .doesNotContain(account.keys().secret());
        var again = signIn(PageClient.formToken(late.text()), PageClient.cookie(late));
        assertThat(again.headers().get("set-cookie")).startsWith("kiln-session=");
    }

    @Test
    void whatAPageAsksByItselfDoesNotMakeASessionLast() {
        var execution = objects.start(objects.template(objects.image("base")));
        var session = new HashMap<>(pages.session(account));
        var key = account.keys().id();
        idleFor("11 hours", key);
        session.put("kiln-part", "1");
        assertThat(pages.get("/ui/executions/" + execution, session).status()).isEqualTo(200);
        session.remove("kiln-part");
        objects.finish(execution, "FAILED");
        assertThat(pages.get("/ui/executions/" + execution + "/stream", session).status())
                .isEqualTo(200);
        assertThat(idleHours(key)).isEqualTo(11);

        assertThat(pages.get("/ui/executions/" + execution, session).status()).isEqualTo(200);
        assertThat(idleHours(key)).isZero();

        idleFor("13 hours", key);
        session.put("kiln-part", "1");
        assertThat(pages.get("/ui/executions/" + execution, session).status()).isEqualTo(401);
    }

    private void idleFor(String time, String key) {
        server.jdbc()
                .sql("update web_session set used_at = now() - cast(:time as interval) where access_key_id = :key")
                .param("time", time)
                .param("key", key)
                .update();
    }

    private int idleHours(String key) {
        return server.jdbc()
                .sql("select extract(hour from now() - used_at) from web_session where access_key_id = :key")
                .param("key", key)
                .query(Integer.class)
                .single();
    }

    @Test
    void aFormOfASessionThatHasEndedLeadsToSigningInAndBackToItsPage() {
        var template = "/ui/templates/ip-" + "a".repeat(20);

        assertThat(pages.post(template + "/start", "form-token=x", PageClient.BROWSER)
                        .headers())
                .containsEntry("location", "/ui/sign-in?to=" + FormText.encode(template));
        assertThat(pages.post("/ui/sign-out", "form-token=x", PageClient.BROWSER)
                        .headers())
                .containsEntry("location", "/ui/sign-in?to=%2Fui");
        // What scripts ask is answered by a status.
        assertThat(pages.post("/ui/templates/check", "form-token=x", Map.of()).status())
                .isEqualTo(401);
    }

    @Test
    void aFormOfAnotherSessionIsRefusedOnAPage() {
        var before =
                PageClient.formToken(pages.get("/ui", pages.session(account)).text());
        var session = pages.session(account);

        var refused = pages.post("/ui/webhooks", "form-token=" + before + "&url=http://127.0.0.1:1/", session);

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.headers().get("content-type")).startsWith("text/html");
        assertThat(refused.text()).contains("That was not done", "Load its page again");
        assertThat(account.rest("GET", "/api/v1/webhooks", "").text()).isEqualTo("{\"webhooks\":[]}");
        assertThat(pages.post("/ui/webhooks", "url=" + "x".repeat(2_000_000), session)
                        .text())
                .contains("The request cannot be read");
    }
}
