package dev.kiln.api.rpc;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Scalar;
import java.util.Optional;
import java.util.function.Function;
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

    public static final Parameter<String> CLIENT_TOKEN = Parameter.of(
                    "ClientToken", Scalar.matching("[\\x20-\\x7E]{1,64}", "at most 64 printable ASCII characters"))
            .code(new ErrorCode("InvalidClientToken.Malformed", 400, "not ASCII, or more than 64 characters"));
    public static final ErrorCode MISMATCH =
            new ErrorCode("IdempotentParameterMismatch", 400, "the token was used with other parameters");

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    ClientTokens(JdbcClient jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    private record Remembered(String digest, String resultId) {}

    /**
     * The token of a call.
     *
     * @param digest of what is asked for besides
     */
    public record Token(String text, String digest) {}

    /** The call's token, if it has one. */
    public static Optional<Token> find(Call call) {
        return call.find(CLIENT_TOKEN)
                .map(token -> new Token(token, call.digest(parameter -> parameter != CLIENT_TOKEN)));
    }

    /**
     * Does the work in a transaction, once per token, and returns the id of what it made.
     *
     * @param newId the id that the object gets if this call is the one to make it
     */
    public String once(Call call, String newId, Function<String, String> work) {
        var token = find(call);
        while (true) {
            var id = transaction.execute(status -> attempt(call, token, newId, work));
            if (id.isPresent()) {
                return id.get();
            }
            // The winner's row was purged between our insert and our look: ask again.
        }
    }

    private Optional<String> attempt(Call call, Optional<Token> token, String newId, Function<String, String> work) {
        if (token.isEmpty() || claim(call, token.get(), newId)) {
            return Optional.of(work.apply(newId));
        }
        var winner = find(call, token.get());
        if (winner.isPresent() && !winner.get().digest().equals(token.get().digest())) {
            throw MISMATCH.because("The request is retried with updated parameters: ClientToken "
                    + Refusals.quoted(token.get().text())
                    + " was used with others. Send the same parameters, or a new token.");
        }
        return winner.map(Remembered::resultId);
    }

    private boolean claim(Call call, Token token, String newId) {
        return jdbc.sql("""
                insert into client_token (account_id, operation, token, request_digest, result_id)
                values (:account, :operation, :token, :digest, :id)
                on conflict do nothing
                """)
                        .param("account", call.account().value())
                        .param("operation", call.operation())
                        .param("token", token.text())
                        .param("digest", token.digest())
                        .param("id", newId)
                        .update()
                == 1;
    }

    private Optional<Remembered> find(Call call, Token token) {
        return jdbc.sql("""
                select request_digest, result_id from client_token
                where account_id = :account and operation = :operation and token = :token
                """)
                .param("account", call.account().value())
                .param("operation", call.operation())
                .param("token", token.text())
                .query((row, number) -> new Remembered(row.getString(1), row.getString(2)))
                .optional();
    }

    @Scheduled(fixedDelayString = "${kiln.purge-interval:1m}")
    void purge() {
        jdbc.sql("delete from client_token where created_at < now() - interval '7 days'")
                .update();
    }
}
