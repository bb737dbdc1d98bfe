package dev.kiln.api.execution;

import dev.kiln.account.AccountId;
import dev.kiln.api.error.ApiException;
import dev.kiln.api.relay.EventRelay;
import dev.kiln.api.rpc.ClientTokens;
import dev.kiln.execution.ExecutionId;
import dev.kiln.metric.Metric;
import dev.kiln.metric.Metrics;
import dev.kiln.secret.SecretSeal;
import dev.kiln.template.TemplateId;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.stereotype.Component;

/** Starts executions with values for their templates' parameters; checks no permissions. */
@Component
public final class ParameterStart {

    private static final String PURPOSE = "what a start asks for";

    private final CheckedStart start;
    private final SecretSeal seal;
    private final EventRelay relay;
    private final Metrics metrics;

    ParameterStart(CheckedStart start, SecretSeal seal, EventRelay relay, Metrics metrics) {
        this.start = start;
        this.seal = seal;
        this.relay = relay;
        this.metrics = metrics;
    }

    /**
     * Starts an execution of the account's template, once for each client token, whether it comes here or over the
     * wire.
     *
     * @param clientToken the token, or an empty text
     * @param given values by parameter name; the other parameters have their defaults
     */
    public ExecutionId start(AccountId account, TemplateId template, String clientToken, Map<String, String> given) {
        try {
            var digest = clientToken.isEmpty() ? "" : digest(account, template, given);
            var token = ClientTokens.of(clientToken, digest);
            var id = start.start(new ClientTokens.Asked(account, StartExecution.NAME, token), template, given);
            relay.ring();
            count("accepted");
            return id;
        } catch (ApiException refusal) {
            count(refusal.code());
            throw refusal;
        }
    }

    private void count(String code) {
        metrics.counter(Metric.STARTS, code).increment();
    }

    /** Without values it is that of the wire's start, which has none. */
    private String digest(AccountId account, TemplateId template, Map<String, String> given) {
        var region = start.region(template, account);
        return given.isEmpty() && region.isPresent()
                ? StartExecution.digest(template, region.get())
                : keyedDigest(template, given);
    }

    /** From a plain digest, a guessable secret could be guessed. */
    private String keyedDigest(TemplateId template, Map<String, String> given) {
        var text = new StringBuilder(template.value());
        new TreeMap<>(given).forEach((name, value) -> {
            text.append('\0')
                    .append(name)
                    .append('\0')
                    .append(value.length())
                    .append(':')
                    .append(value);
        });
        return seal.keyedDigest(PURPOSE, text.toString());
    }
}
