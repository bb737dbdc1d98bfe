package dev.kiln.api.webhook;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import dev.kiln.api.rpc.NewId;
import dev.kiln.api.signature.Caller;
import dev.kiln.api.template.Templates;
import dev.kiln.template.TemplateId;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The webhooks of one's own account. */
@RestController
@RequestMapping("/api/v1/webhooks")
class WebhookController {

    private static final int SECRET_BYTES = 32;
    private static final int LOG_LINES = 200;

    private final Webhooks webhooks;
    private final Templates templates;
    private final Deliveries deliveries;
    private final Addresses addresses;
    private final WebhookSettings settings;
    private final TransactionTemplate transaction;
    private final SecureRandom random = new SecureRandom();

    WebhookController(
            Webhooks webhooks,
            Templates templates,
            Deliveries deliveries,
            Addresses addresses,
            WebhookSettings settings,
            TransactionTemplate transaction) {
        this.webhooks = webhooks;
        this.templates = templates;
        this.deliveries = deliveries;
        this.addresses = addresses;
        this.settings = settings;
        this.transaction = transaction;
    }

    /** What a webhook is to be. */
    record NewWebhook(
            @Nullable String url,
            @Nullable String template,
            @JsonAnySetter @Nullable Map<String, Object> unknown) {}

    /** A webhook that was made just now; its secret is shown this once. */
    record Made(
            String webhookId,
            String url,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) Optional<String> template,
            String secret) {}

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    Made create(@RequestAttribute("dev.kiln.caller") Caller caller, @RequestBody NewWebhook wanted) {
        refuseUnknown(wanted.unknown());
        var url = wanted.url() == null ? "" : wanted.url();
        checkAddress(url);
        var template = Optional.ofNullable(wanted.template()).map(TemplateId::new);
        var made = new Made("wh-" + NewId.text(20), url, template.map(TemplateId::value), secret());
        transaction.executeWithoutResult(status -> {
            template.ifPresent(id -> requireTemplate(caller, id));
            if (webhooks.count(caller.account()) >= settings.perAccount() && settings.perAccount() > 0) {
                throw RestCodes.TOO_MANY_WEBHOOKS.because("Account " + caller.account() + " has "
                        + settings.perAccount() + " webhooks, which is as many as it may have. Delete some, or ask for"
                        + " a higher quota.");
            }
            webhooks.add(made.webhookId(), caller.account(), url, template, made.secret());
        });
        return made;
    }

    private void requireTemplate(Caller caller, TemplateId id) {
        if (templates.hold(id, caller.account()).isEmpty()) {
            throw Refusals.templateNotFound(id.value());
        }
    }

    private static void refuseUnknown(@Nullable Map<String, Object> members) {
        if (members != null && !members.isEmpty()) {
            throw ErrorCode.INVALID_PARAMETER.because("The body has a member "
                    + Refusals.quoted(members.keySet().iterator().next()) + ", which is not known. Leave it out.");
        }
    }

    private void checkAddress(String url) {
        try {
            addresses.of(Destination.of(url).host());
        } catch (IOException e) {
            throw Destination.refusal(url, String.valueOf(e.getMessage()));
        }
    }

    private String secret() {
        var bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return Message.SECRET_PREFIX + Base64.getEncoder().encodeToString(bytes);
    }

    /** All of them, without their secrets. */
    record Listed(List<Webhooks.Webhook> webhooks) {}

    @GetMapping
    Listed list(@RequestAttribute("dev.kiln.caller") Caller caller) {
        return new Listed(webhooks.of(caller.account()));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String id) {
        if (!webhooks.remove(id, caller.account())) {
            throw notFound(id);
        }
    }

    /** Sends a message that tells nothing; the log says what became of it. */
    @PostMapping("/{id}/test")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void test(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String id) {
        require(caller, id);
        deliveries.addTest(id);
    }

    /** The log, newest first. */
    record Log(List<Deliveries.Delivery> deliveries) {}

    @GetMapping("/{id}/deliveries")
    Log log(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String id) {
        require(caller, id);
        return new Log(deliveries.log(id, LOG_LINES));
    }

    private void require(Caller caller, String id) {
        if (!webhooks.exists(id, caller.account())) {
            throw notFound(id);
        }
    }

    private static ApiException notFound(String id) {
        return RestCodes.WEBHOOK_NOT_FOUND.because("There is no webhook " + Refusals.quoted(id) + " of this account.");
    }
}
