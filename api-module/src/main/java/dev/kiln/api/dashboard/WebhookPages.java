package dev.kiln.api.dashboard;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.webhook.OwnWebhooks;
import dev.kiln.template.TemplateId;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The webhooks of the visitor's account, their deliveries, and a test message. */
@RestController
public class WebhookPages {

    private static final String PATH = "/ui/webhooks";
    private static final String LIST = "kiln:ListWebhooks";
    private static final String LOG = "kiln:ListDeliveries";

    private final OwnWebhooks webhooks;
    private final Views pages;

    WebhookPages(OwnWebhooks webhooks, Views pages) {
        this.webhooks = webhooks;
        this.pages = pages;
    }

    /** The form for a new webhook. */
    public record Form(String url, String template) {}

    @GetMapping(PATH)
    void list(@RequestAttribute(Visitor.ATTRIBUTE) Visitor visitor, HttpServletResponse response) throws IOException {
        list(visitor, response, new Form("", ""), "");
    }

    private void list(Visitor visitor, HttpServletResponse response, Form form, String error) throws IOException {
        require(visitor, LIST);
        var page = pages.page("Webhooks", "webhooks", visitor);
        var rows = webhooks.all(visitor.caller());
        pages.render(response, "webhooks", Map.of("page", page, "rows", rows, "form", form, "error", error));
    }

    /**
     * Shows the new webhook with its secret, which no other page does; the answer itself is the page, without a
     * redirect.
     */
    @PostMapping(PATH)
    void create(
            @RequestAttribute(Visitor.ATTRIBUTE) Visitor visitor,
            @RequestParam(name = "url", defaultValue = "") String url,
            @RequestParam(name = "template", defaultValue = "") String template,
            HttpServletResponse response)
            throws IOException {
        require(visitor, "kiln:CreateWebhook");
        var form = new Form(url.strip(), template.strip());
        try {
            var of = Optional.of(form.template()).filter(id -> !id.isEmpty()).map(TemplateId::new);
            var made = webhooks.create(visitor.caller(), form.url(), of);
            response.setStatus(HttpServletResponse.SC_CREATED);
            show(visitor, response, made.webhookId(), made.secret());
        } catch (ApiException e) {
            response.setStatus(e.status());
            list(visitor, response, form, e.getMessage());
        }
    }

    @GetMapping(PATH + "/{id}")
    void show(
            @RequestAttribute(Visitor.ATTRIBUTE) Visitor visitor,
            @PathVariable("id") String id,
            HttpServletResponse response)
            throws IOException {
        show(visitor, response, id, "");
    }

    private void show(Visitor visitor, HttpServletResponse response, String id, String secret) throws IOException {
        require(visitor, LIST);
        var row = webhooks.find(visitor.caller(), id);
        var page = pages.page(row.url(), "webhooks", visitor);
        var log = visitor.may(LOG) ? webhooks.log(visitor.caller(), id) : List.of();
        pages.render(response, "webhook", Map.of("page", page, "row", row, "log", log, "secret", secret));
    }

    @PostMapping(PATH + "/{id}/test")
    void test(
            @RequestAttribute(Visitor.ATTRIBUTE) Visitor visitor,
            @PathVariable("id") String id,
            HttpServletResponse response) {
        require(visitor, "kiln:TestWebhook");
        webhooks.test(visitor.caller(), id);
        Actions.seeOther(response, PATH + "/" + id);
    }

    @PostMapping(PATH + "/{id}/delete")
    void delete(
            @RequestAttribute(Visitor.ATTRIBUTE) Visitor visitor,
            @PathVariable("id") String id,
            HttpServletResponse response) {
        require(visitor, "kiln:DeleteWebhook");
        webhooks.remove(visitor.caller(), id);
        Actions.seeOther(response, PATH);
    }

    private static void require(Visitor visitor, String action) {
        visitor.caller().require(action, List.of("*"));
    }
}
