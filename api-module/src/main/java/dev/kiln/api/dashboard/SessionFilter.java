package dev.kiln.api.dashboard;

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
import org.springframework.web.util.HtmlUtils;

/**
 * Runs before every page: sets what browsers can do with it, finds the visitor, and checks that a form is ours. A form
 * must carry the token of its session, and the browser must not say that it comes from elsewhere.
 */
final class SessionFilter extends OncePerRequestFilter {

    static final String COOKIE = "kiln-session";
    static final String FORM_COOKIE = "kiln-form";
    static final String FORM_FIELD = "form-token";
    static final String SIGN_IN = "/ui/sign-in";

    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private final WebSessions sessions;

    SessionFilter(WebSessions sessions) {
        this.sessions = sessions;
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
            response.sendError(HttpServletResponse.SC_BAD_REQUEST);
            return;
        }
        var signsIn = request.getServletPath().equals(SIGN_IN);
        var visitor = cookie(request, COOKIE).flatMap(sessions::find);
        visitor.ifPresent(one -> {
            request.setAttribute(Visitor.ATTRIBUTE, one);
            Answered.by(request, one.account(), one.caller().accessKeyId());
        });
        if (visitor.isEmpty() && !signsIn) {
            askToSignIn(request, response);
        } else if (isChange(request) && !isOurForm(request, signsIn ? null : visitor.orElseThrow())) {
            response.sendError(HttpServletResponse.SC_FORBIDDEN);
        } else {
            chain.doFilter(request, response);
        }
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

    /** A request for a page is redirected to the sign-in form; a script in a page gets only the status. */
    private static void askToSignIn(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var wantsPage = request.getMethod().equals("GET")
                && Optional.ofNullable(request.getHeader("Accept")).orElse("").contains("text/html")
                && request.getHeader("Kiln-Part") == null;
        var site = request.getHeader("Sec-Fetch-Site");
        if (wantsPage
                && site != null
                && !site.equals("same-origin")
                && cookie(request, COOKIE).isEmpty()) {
            // Browsers send no cookie with a link from another site, but they do when the page then asks again from
            // here.
            askAgain(request, response);
        } else if (wantsPage) {
            Actions.seeOther(response, SIGN_IN + "?to=" + FormText.encode(Actions.path(request)));
        } else {
            response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
        }
    }

    private static void askAgain(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var query = request.getQueryString() == null ? "" : "?" + request.getQueryString();
        response.setContentType("text/html;charset=utf-8");
        response.getWriter()
                .write("<!doctype html><meta charset=utf-8><title>Kiln</title><meta http-equiv=refresh content=\"0;url="
                        + HtmlUtils.htmlEscape(Actions.path(request) + query) + "\">");
    }

    private static boolean isChange(HttpServletRequest request) {
        return !request.getMethod().equals("GET") && !request.getMethod().equals("HEAD");
    }

    private static boolean isOurForm(HttpServletRequest request, @Nullable Visitor visitor) {
        var site = request.getHeader("Sec-Fetch-Site");
        var origin = request.getHeader("Origin");
        if ((site != null && !site.equals("same-origin"))
                || (origin != null && !origin.replaceFirst("^https?://", "").equals(request.getHeader("Host")))) {
            return false;
        }
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
