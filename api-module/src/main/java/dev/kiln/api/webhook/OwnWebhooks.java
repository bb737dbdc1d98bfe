package dev.kiln.api.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kiln.api.error.ApiException;
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
import java.util.Optional;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** The operations of accounts on their webhooks. A webhook of another account is answered as not found. */
@Component
public class OwnWebhooks {

    private static final int SECRET_BYTES = 32;
    private static final int LOG_LINES = 200;

    private final Webhooks webhooks;
    private final Templates templates;
    private final Deliveries deliveries;
    private final Addresses addresses;
    private final WebhookSettings settings;
    private final TransactionTemplate transaction;
    private final SecureRandom random = new SecureRandom();

    OwnWebhooks(
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

    /** A new webhook; its secret is shown only here. */
    public record Made(
            String webhookId,
            String url,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) Optional<String> template,
            String secret) {}

    /**
     * Creates a webhook for all executions, or for those of a template; refuses an address that messages cannot be sent
     * to.
     */
    public Made create(Caller caller, String url, Optional<TemplateId> template) {
        checkAddress(url);
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

    private void requireTemplate(Caller caller, TemplateId id) {
        if (templates.hold(id, caller.account()).isEmpty()) {
            throw Refusals.templateNotFound(id.value());
        }
    }

    /** All webhooks of the account, oldest first, without their secrets. */
    public List<Webhooks.Webhook> all(Caller caller) {
        return webhooks.of(caller.account());
    }

    /** One webhook. */
    public Webhooks.Webhook find(Caller caller, String id) {
        return all(caller).stream()
                .filter(webhook -> webhook.webhookId().equals(id))
                .findFirst()
                .orElseThrow(() -> notFound(id));
    }

    /** Removes a webhook; its pending messages are not sent. */
    public void remove(Caller caller, String id) {
        if (!webhooks.remove(id, caller.account())) {
            throw notFound(id);
        }
    }

    /** Sends a message without data; the log shows the result. */
    public void test(Caller caller, String id) {
        var webhook = find(caller, id);
        deliveries.addTest(webhook.webhookId());
    }

    /** The last messages, newest first. */
    public List<Deliveries.Delivery> log(Caller caller, String id) {
        var webhook = find(caller, id);
        return deliveries.log(webhook.webhookId(), LOG_LINES);
    }

    private static ApiException notFound(String id) {
        return RestCodes.WEBHOOK_NOT_FOUND.because("There is no webhook " + Refusals.quoted(id) + " of this account.");
    }
}
