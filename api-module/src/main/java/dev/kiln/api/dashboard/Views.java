package dev.kiln.api.dashboard;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.Utf8ByteOutput;
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

    /** Without a visitor it renders the sign-in page. */
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
