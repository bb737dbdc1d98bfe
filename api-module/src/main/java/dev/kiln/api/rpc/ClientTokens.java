package dev.kiln.api.rpc;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Refusals;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Idempotence. The token's row and the work are one transaction: a second request with the same token waits for the
 * first to end and then answers what it answered; a refused request leaves no token.
 */
@Component
public class ClientTokens {

    private static final Pattern FORM = Pattern.compile("[\\x20-\\x7E]{1,64}");

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    ClientTokens(JdbcClient jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    private record Remembered(String digest, String resultId) {}

    /**
     * Does the work in a transaction, once per token, and returns the id of what it made.
     *
     * @param newId the id that the object gets if this call is the one to make it
     */
    public String once(Call call, String operation, String newId, Function<String, String> work) {
        var token = call.parameters().text("ClientToken");
        token.filter(value -> !FORM.matcher(value).matches()).ifPresent(value -> {
            throw Refusals.invalid(
                    "InvalidClientToken.Malformed",
                    "ClientToken",
                    value,
                    "it must contain only ASCII characters and must not exceed 64 characters");
        });
        while (true) {
            var id = transaction.execute(status -> attempt(call, operation, token, newId, work));
            if (id.isPresent()) {
                return id.get();
            }
            // The winner's row was purged between our insert and our look: ask again.
        }
    }

    private Optional<String> attempt(
            Call call, String operation, Optional<String> token, String newId, Function<String, String> work) {
        if (token.isEmpty() || claim(call, operation, token.get(), newId)) {
            return Optional.of(work.apply(newId));
        }
        var winner = find(call, operation, token.get());
        if (winner.isPresent()
                && !winner.get().digest().equals(call.parameters().digest())) {
            throw new ApiException(
                    "IdempotentParameterMismatch",
                    400,
                    "The request is retried with updated parameters: ClientToken " + Refusals.quoted(token.get())
                            + " was used with others. Send the same parameters, or a new token.");
        }
        return winner.map(Remembered::resultId);
    }

    private boolean claim(Call call, String operation, String token, String newId) {
        return jdbc.sql("""
                insert into client_token (account_id, operation, token, request_digest, result_id)
                values (:account, :operation, :token, :digest, :id)
                on conflict do nothing
                """)
                        .param("account", call.account().value())
                        .param("operation", operation)
                        .param("token", token)
                        .param("digest", call.parameters().digest())
                        .param("id", newId)
                        .update()
                == 1;
    }

    private Optional<Remembered> find(Call call, String operation, String token) {
        return jdbc.sql("""
                select request_digest, result_id from client_token
                where account_id = :account and operation = :operation and token = :token
                """)
                .param("account", call.account().value())
                .param("operation", operation)
                .param("token", token)
                .query((row, number) -> new Remembered(row.getString(1), row.getString(2)))
                .optional();
    }

    @Scheduled(fixedDelayString = "${kiln.purge-interval:1m}")
    void purge() {
        jdbc.sql("delete from client_token where created_at < now() - interval '7 days'")
                .update();
    }
}
