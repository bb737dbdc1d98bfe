package dev.kiln.api.dashboard;

import dev.kiln.api.error.ApiException;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.Utf8ByteOutput;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Renders pages. Their templates are compiled into classes at build time, and escape everything they show. */
@Component
final class Views {

    private final TemplateEngine templates = TemplateEngine.createPrecompiled(ContentType.Html);
    private final Assets assets;

    Views(Assets assets) {
        this.assets = assets;
    }

    Page page(String title, String section, @Nullable Visitor visitor) {
        return new Page(title, section, visitor, assets);
    }

    /** A page that asks for itself once more: whoever has followed a link from elsewhere comes from here then. */
    void again(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var query = request.getQueryString() == null ? "" : "?" + request.getQueryString();
        render(response, "again", Map.of("address", Actions.path(request) + query));
    }

    /** The page that says why something was not done, with a way back to where it was asked for. */
    void refused(HttpServletRequest request, HttpServletResponse response, ApiException refusal) throws IOException {
        var visitor = request.getAttribute(Visitor.ATTRIBUTE) instanceof Visitor one ? one : null;
        response.setStatus(refusal.status());
        refusal.headers().forEach(response::setHeader);
        render(
                response,
                "refused",
                Map.of(
                        "page", page("Not done", "", visitor),
                        "title", refusal.status() == 404 ? "Not found" : "That was not done",
                        "message", refusal.getMessage(),
                        "code", refusal.code(),
                        "back", Actions.pageOf(request)));
    }

    /** Without a visitor: the page to sign in. */
    void render(HttpServletResponse response, String template, Map<String, Object> parameters) throws IOException {
        var all = new HashMap<>(parameters);
        all.putIfAbsent("page", page("Sign in", "", null));
        var output = new Utf8ByteOutput();
        templates.render(template + ".jte", all, output);
        response.setContentType("text/html;charset=utf-8");
        response.setContentLength(output.getContentLength());
        output.writeTo(response.getOutputStream());
    }
}
