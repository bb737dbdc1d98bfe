package dev.kiln.api.rpc;

import dev.kiln.account.AccountId;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Scalar;
import dev.kiln.database.Purge;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Idempotence. A token's row and the work are one transaction: a second request with the same token waits for the first
 * to end and gets the same answer. A refused request leaves no token.
 */
@Component
public class ClientTokens {

    private static final ErrorCode MALFORMED = new ErrorCode(
            "InvalidClientToken.Malformed", 400, "ClientToken is not ASCII, or has more than 64 characters");
    public static final Parameter<String> CLIENT_TOKEN = Parameter.of(
                    "ClientToken", Scalar.matching("[\\x20-\\x7E]{1,64}", "at most 64 printable ASCII characters"))
            .code(MALFORMED);
    public static final ErrorCode MISMATCH =
            new ErrorCode("IdempotentParameterMismatch", 400, "the ClientToken was used with other parameters");

    private static final Pattern FORM = Pattern.compile("[\\x20-\\x7E]{1,64}");

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
     * @param digest digest of the other parameters
     */
    public record Token(String text, String digest) {}

    /** The call's token, if it has one. */
    public static Optional<Token> find(Call call) {
        return call.find(CLIENT_TOKEN)
                .map(token -> new Token(token, call.digest(parameter -> parameter != CLIENT_TOKEN)));
    }

    /** A token that did not come as a parameter of the wire; empty for an empty text. */
    public static Optional<Token> of(String text, String digest) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (!FORM.matcher(text).matches()) {
            throw MALFORMED.because("The specified clientToken " + Refusals.quoted(text)
                    + " is not valid: it is at most 64 printable ASCII characters.");
        }
        return Optional.of(new Token(text, digest));
    }

    /**
     * Does the work in a transaction, once for each token, and returns the id of what it made.
     *
     * @param newId the id for the object if this call makes it
     */
    public String once(Call call, String newId, Function<String, String> work) {
        return once(new Asked(call.account(), call.operation(), find(call)), newId, work);
    }

    /**
     * A request that can be repeated.
     *
     * @param operation the scope of the token: an account can use the same token for different operations
     */
    public record Asked(AccountId account, String operation, Optional<Token> token) {}

    /** As {@link #once(Call, String, Function)}, for requests that do not come over the wire. */
    public String once(Asked asked, String newId, Function<String, String> work) {
        while (true) {
            var id = transaction.execute(status -> attempt(asked, newId, work));
            if (id.isPresent()) {
                return id.get();
            }
            // The winner's row was purged between our insert and our select: ask again.
        }
    }

    private Optional<String> attempt(Asked asked, String newId, Function<String, String> work) {
        if (asked.token().isEmpty() || claim(asked, asked.token().get(), newId)) {
            return Optional.of(work.apply(newId));
        }
        var token = asked.token().get();
        var winner = find(asked, token);
        if (winner.isPresent() && !winner.get().digest().equals(token.digest())) {
            throw MISMATCH.because("The request is retried with updated parameters: ClientToken "
                    + Refusals.quoted(token.text())
                    + " was used with others. Send the same parameters, or a new token.");
        }
        return winner.map(Remembered::resultId);
    }

    private boolean claim(Asked asked, Token token, String newId) {
        return jdbc.sql("""
                insert into client_token (account_id, operation, token, request_digest, result_id)
                values (:account, :operation, :token, :digest, :id)
                on conflict do nothing
                """)
                        .param("account", asked.account().value())
                        .param("operation", asked.operation())
                        .param("token", token.text())
                        .param("digest", token.digest())
                        .param("id", newId)
                        .update()
                == 1;
    }

    private Optional<Remembered> find(Asked asked, Token token) {
        return jdbc.sql("""
                select request_digest, result_id from client_token
                where account_id = :account and operation = :operation and token = :token
                """)
                .param("account", asked.account().value())
                .param("operation", asked.operation())
                .param("token", token.text())
                .query((row, number) -> new Remembered(row.getString(1), row.getString(2)))
                .optional();
    }

    @Scheduled(fixedDelayString = "${kiln.purge-interval:1m}")
    void purge() {
        Purge.inParts(jdbc.sql("""
                delete from client_token where ctid in (
                    select ctid from client_token where created_at < now() - interval '7 days' limit :most)
                """));
    }
}
