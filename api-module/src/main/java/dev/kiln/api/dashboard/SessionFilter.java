package dev.kiln.api.dashboard;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Failures;
import dev.kiln.api.metric.Answered;
import dev.kiln.api.signature.FormText;
import dev.kiln.api.signature.Signatures;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Runs before every page: sets what browsers can do with it, finds the visitor, and checks that a form is ours. A form
 * must carry the token of its session, and the browser must not say that it comes from elsewhere.
 */
final class SessionFilter extends OncePerRequestFilter {

    static final String COOKIE = "kiln-session";
    static final String FORM_COOKIE = "kiln-form";
    static final String FORM_FIELD = "form-token";
    static final String SIGN_IN = "/ui/sign-in";
    /** Of the form to sign in, when it came from a page that is too old to know whether it is ours. */
    static final String STALE = "dev.kiln.stale-form";

    /** The header of a page that asks for its parts anew. */
    private static final String PART = "Kiln-Part";

    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private static final String UNREADABLE =
            "The request cannot be read: its form is too long, or its address is not percent-encoded.";
    private static final String NOT_OURS =
            "The form is not of the session that is signed in now, or comes from elsewhere."
                    + " Load its page again, then repeat what you wanted to do.";

    private final WebSessions sessions;
    private final Views pages;

    SessionFilter(WebSessions sessions, Views pages) {
        this.sessions = sessions;
        this.pages = pages;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        protect(response);
        if (request.getServletPath().startsWith(Assets.PATH)) {
            chain.doFilter(request, response);
            return;
        }
        response.setHeader("Cache-Control", "no-store");
        if (!isReadable(request)) {
            pages.refused(request, response, new ApiException("", HttpServletResponse.SC_BAD_REQUEST, UNREADABLE));
            return;
        }
        var signsIn = request.getServletPath().equals(SIGN_IN);
        Optional<Visitor> visitor;
        try {
            visitor = cookie(request, COOKIE).flatMap(token -> sessions.find(token, !isByItself(request)));
        } catch (RuntimeException e) {
            // The database is away, or the key sends too much. PageErrors sees only what controllers throw.
            pages.refused(request, response, Failures.refusal(e, Answered.id(request)));
            return;
        }
        visitor.ifPresent(one -> {
            request.setAttribute(Visitor.ATTRIBUTE, one);
            Answered.by(request, one.account(), one.caller().accessKeyId());
        });
        if (visitor.isEmpty() && !signsIn) {
            askToSignIn(request, response);
        } else if (isRefused(request, signsIn ? null : visitor.orElseThrow())) {
            pages.refused(request, response, new ApiException("", HttpServletResponse.SC_FORBIDDEN, NOT_OURS));
        } else {
            chain.doFilter(request, response);
        }
    }

    /** Whether it is a form that is not ours. One to sign in is let through when it is too old, and says so. */
    private static boolean isRefused(HttpServletRequest request, @Nullable Visitor visitor) {
        if (!isChange(request) || (isFromHere(request) && hasToken(request, visitor))) {
            return false;
        }
        if (visitor == null && isFromHere(request)) {
            request.setAttribute(STALE, true);
            return false;
        }
        return true;
    }

    /** Whether the parameters can be read at all, and stored: PostgreSQL has no U+0000. */
    private static boolean isReadable(HttpServletRequest request) {
        try {
            return request.getParameterMap().entrySet().stream()
                    .flatMap(one -> Stream.concat(Stream.of(one.getKey()), Stream.of(one.getValue())))
                    .noneMatch(text -> text.indexOf('\0') >= 0);
        } catch (IllegalStateException e) {
            // Tomcat refuses a % without two hexadecimal digits, too many parameters, or too long a form.
            return false;
        }
    }

    private static void protect(HttpServletResponse response) {
        response.setHeader("Content-Security-Policy", POLICY);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Frame-Options", "DENY");
        response.setHeader("Referrer-Policy", "same-origin");
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    }

    /** A page sends a person to the form; a program within a page is told by the status. */
    private void askToSignIn(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var wantsPage =
                Optional.ofNullable(request.getHeader("Accept")).orElse("").contains("text/html")
                        && request.getHeader(PART) == null;
        var isForm = isChange(request);
        var site = request.getHeader("Sec-Fetch-Site");
        if (wantsPage
                && !isForm
                && site != null
                && !site.equals("same-origin")
                && cookie(request, COOKIE).isEmpty()) {
            // Who follows a link from elsewhere does not send the cookie; who asks again from here does.
            pages.again(request, response);
        } else if (wantsPage) {
            var page = isForm ? Actions.pageOf(request) : Actions.path(request);
            Actions.seeOther(response, SIGN_IN + "?to=" + FormText.encode(page));
        } else {
            response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
        }
    }

    /** Whether an open page asks by itself, to stay up to date: nobody need be there. */
    private static boolean isByItself(HttpServletRequest request) {
        return request.getHeader(PART) != null || request.getServletPath().endsWith("/stream");
    }

    private static boolean isChange(HttpServletRequest request) {
        return !request.getMethod().equals("GET") && !request.getMethod().equals("HEAD");
    }

    private static boolean isFromHere(HttpServletRequest request) {
        var site = request.getHeader("Sec-Fetch-Site");
        var origin = request.getHeader("Origin");
        return (site == null || site.equals("same-origin"))
                && (origin == null || origin.replaceFirst("^https?://", "").equals(request.getHeader("Host")));
    }

    private static boolean hasToken(HttpServletRequest request, @Nullable Visitor visitor) {
        var expected = visitor == null ? cookie(request, FORM_COOKIE).orElse("") : visitor.formToken();
        var given = request.getParameter(FORM_FIELD);
        return given != null && !expected.isEmpty() && Signatures.same(given, expected);
    }

    static Optional<String> cookie(HttpServletRequest request, String name) {
        return Optional.ofNullable(request.getCookies()).stream()
                .flatMap(Stream::of)
                .filter(cookie -> cookie.getName().equals(name))
                .map(Cookie::getValue)
                .findFirst();
    }
}
