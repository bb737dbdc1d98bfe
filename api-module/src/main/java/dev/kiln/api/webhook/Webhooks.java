package dev.kiln.api.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kiln.account.AccountId;
import dev.kiln.secret.SecretSeal;
import dev.kiln.template.TemplateId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Stores the webhooks of accounts. */
@Component
public final class Webhooks {

    private final JdbcClient jdbc;
    private final SecretSeal seal;

    Webhooks(JdbcClient jdbc, SecretSeal seal) {
        this.jdbc = jdbc;
        this.seal = seal;
    }

    /**
     * A webhook without its secret.
     *
     * @param template the only template whose executions it receives; empty for all of the account's
     */
    public record Webhook(
            String webhookId,
            String url,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) Optional<String> template,
            Instant createdAt) {}

    /** Adds a webhook; the caller protects its template, if it has one, against deletion. */
    void add(String id, AccountId account, String url, Optional<TemplateId> template, String secret) {
        jdbc.sql("""
                insert into webhook (id, account_id, url, template_id, secret)
                values (:id, :account, :url, :template, :secret)
                """)
                .param("id", id)
                .param("account", account.value())
                .param("url", url)
                .param("template", template.map(TemplateId::value).orElse(null))
                .param("secret", seal.seal(id, secret))
                .update();
    }

    /** Oldest first. */
    List<Webhook> of(AccountId account) {
        return jdbc.sql("""
                        select id, url, template_id, created_at from webhook
                         where account_id = :account order by created_at, id
                        """)
                .param("account", account.value())
                .query((row, number) -> new Webhook(
                        row.getString("id"),
                        row.getString("url"),
                        Optional.ofNullable(row.getString("template_id")),
                        row.getObject("created_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    /** Counts the account's webhooks; other counts wait until the transaction ends. */
    int count(AccountId account) {
        jdbc.sql("select id from account where id = :account for no key update")
                .param("account", account.value())
                .query(Long.class)
                .single();
        return jdbc.sql("select count(*) from webhook where account_id = :account")
                .param("account", account.value())
                .query(Integer.class)
                .single();
    }

    /** Removes a webhook and its pending messages; false if the account has no such webhook. */
    boolean remove(String id, AccountId account) {
        return jdbc.sql("delete from webhook where id = :id and account_id = :account")
                        .param("id", id)
                        .param("account", account.value())
                        .update()
                > 0;
    }
}
