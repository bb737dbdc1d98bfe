package dev.kiln.api.webhook;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.signature.Caller;
import dev.kiln.template.TemplateId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The webhooks of the caller's account. */
@RestController
@RequestMapping("/api/v1/webhooks")
class WebhookController {

    private final OwnWebhooks webhooks;

    WebhookController(OwnWebhooks webhooks) {
        this.webhooks = webhooks;
    }

    /** The requested webhook. */
    record NewWebhook(
            @Nullable String url,
            @Nullable String template,
            @JsonAnySetter @Nullable Map<String, Object> unknown) {}

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    OwnWebhooks.Made create(@RequestAttribute("dev.kiln.caller") Caller caller, @RequestBody NewWebhook wanted) {
        refuseUnknown(wanted.unknown());
        var url = wanted.url() == null ? "" : wanted.url();
        return webhooks.create(
                caller, url, Optional.ofNullable(wanted.template()).map(TemplateId::new));
    }

    private static void refuseUnknown(@Nullable Map<String, Object> members) {
        if (members != null && !members.isEmpty()) {
            throw ErrorCode.INVALID_PARAMETER.because("The body has a member "
                    + Refusals.quoted(members.keySet().iterator().next()) + ", which is not known. Leave it out.");
        }
    }

    /** All webhooks, without their secrets. */
    record Listed(List<Webhooks.Webhook> webhooks) {}

    @GetMapping
    Listed list(@RequestAttribute("dev.kiln.caller") Caller caller) {
        return new Listed(webhooks.all(caller));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String id) {
        webhooks.remove(caller, id);
    }

    @PostMapping("/{id}/test")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void test(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String id) {
        webhooks.test(caller, id);
    }

    /** The log, newest first. */
    record Log(List<Deliveries.Delivery> deliveries) {}

    @GetMapping("/{id}/deliveries")
    Log log(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String id) {
        return new Log(webhooks.log(caller, id));
    }
}
