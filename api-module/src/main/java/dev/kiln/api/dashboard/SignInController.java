package dev.kiln.api.dashboard;

import dev.kiln.api.rpc.NewId;
import dev.kiln.api.signature.KeyHolders;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Signs visitors in with a key's id and secret, and out. */
@RestController
class SignInController {

    private static final int LONGEST = 256;
    private static final int FORM_TOKEN = 32;
    private static final Pattern TOKEN = Pattern.compile("[a-z0-9]{" + FORM_TOKEN + "}");

    // The length is limited because each segment takes some of the thread's stack.
    private static final Pattern PAGE = Pattern.compile("(?!.{201})/ui(/[a-z0-9-]+)*");

    private final KeyHolders holders;
    private final WebSessions sessions;
    private final SignInLimits limits;
    private final Views views;

    SignInController(KeyHolders holders, WebSessions sessions, SignInLimits limits, Views views) {
        this.holders = holders;
        this.sessions = sessions;
        this.limits = limits;
        this.views = views;
    }

    @GetMapping(SessionFilter.SIGN_IN)
    void form(
            @RequestAttribute(name = Visitor.ATTRIBUTE, required = false) @Nullable Visitor visitor,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        if (visitor != null) {
            Actions.seeOther(response, wanted(request));
            return;
        }
        form(request, response, "", "");
    }

    /** The page to go to after signing in: always one of ours, whatever a link says. */
    private static String wanted(HttpServletRequest request) {
        var to = request.getParameter("to");
        return to != null && PAGE.matcher(to).matches() ? to : "/ui";
    }

    private void form(HttpServletRequest request, HttpServletResponse response, String id, String error)
            throws IOException {
        // Several pages may be open at a time, and each of them has to be good for signing in.
        var token = SessionFilter.cookie(request, SessionFilter.FORM_COOKIE)
                .filter(known -> TOKEN.matcher(known).matches())
                .orElseGet(() -> NewId.text(FORM_TOKEN));
        set(request, response, SessionFilter.FORM_COOKIE, token, Duration.ofHours(1));
        views.render(
                response,
                "sign-in",
                Map.of("formToken", token, "accessKeyId", id, "error", error, "to", wanted(request)));
    }

    @PostMapping(SessionFilter.SIGN_IN)
    void signIn(
            @RequestParam("access-key-id") String id,
            @RequestParam("access-key-secret") String secret,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        var key = id.strip();
        if (request.getAttribute(SessionFilter.STALE) != null) {
            signInLate(request, response, key);
        } else if (key.length() > LONGEST || secret.length() > LONGEST) {
            refuse(request, response, "", "That is longer than any access key.");
        } else if (!limits.take(request.getRemoteAddr(), key)) {
            response.setHeader("Retry-After", "60");
            response.setStatus(429);
            form(request, response, key, "Too many attempts. Wait a minute, then try again.");
        } else if (holders.knowing(key, secret).isEmpty()) {
            refuse(request, response, key, "No active access key has this id and secret.");
        } else {
            limits.giveBack(request.getRemoteAddr(), key);
            set(request, response, SessionFilter.COOKIE, sessions.begin(key, secret), Duration.ofDays(30));
            set(request, response, SessionFilter.FORM_COOKIE, "", Duration.ZERO);
            Actions.seeOther(response, wanted(request));
        }
    }

    /** From a page that was open for long, or beside another one that has signed in meanwhile. */
    private void signInLate(HttpServletRequest request, HttpServletResponse response, String id) throws IOException {
        if (request.getAttribute(Visitor.ATTRIBUTE) != null) {
            Actions.seeOther(response, wanted(request));
            return;
        }
        response.setStatus(HttpServletResponse.SC_FORBIDDEN);
        form(request, response, id.length() > LONGEST ? "" : id, "This page was open for too long. Sign in once more.");
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response, String id, String why)
            throws IOException {
        response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
        form(request, response, id, why);
    }

    @PostMapping("/ui/sign-out")
    void signOut(HttpServletRequest request, HttpServletResponse response) throws IOException {
        SessionFilter.cookie(request, SessionFilter.COOKIE).ifPresent(sessions::end);
        set(request, response, SessionFilter.COOKIE, "", Duration.ZERO);
        Actions.seeOther(response, SessionFilter.SIGN_IN);
    }

    private static void set(
            HttpServletRequest request, HttpServletResponse response, String name, String value, Duration age) {
        // A proxy that terminates TLS sends this header; clients that forge it harm only themselves.
        var secure = request.isSecure() || "https".equalsIgnoreCase(request.getHeader("X-Forwarded-Proto"));
        var cookie = ResponseCookie.from(name, value)
                .path("/ui")
                .httpOnly(true)
                .sameSite("Strict")
                .secure(secure)
                .maxAge(age)
                .build();
        response.addHeader("Set-Cookie", cookie.toString());
    }
}
