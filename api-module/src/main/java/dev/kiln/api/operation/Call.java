package dev.kiln.api.operation;

import dev.kiln.account.AccountId;
import dev.kiln.api.signature.Caller;
import dev.kiln.api.signature.Signatures;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** A request whose signature was verified and whose parameters are well-formed. */
public final class Call {

    private final Caller caller;
    private final Values values;
    private final Declaration<?> declaration;
    private final Map<String, String> sent;

    private Call(Caller caller, Values values, Declaration<?> declaration, Map<String, String> sent) {
        this.caller = caller;
        this.values = values;
        this.declaration = declaration;
        this.sent = sent;
    }

    /** Reads all that the operation declares; of several things that are wrong, the declaration says which is told. */
    public static Call read(Operation<?> operation, Caller caller, Map<String, String> parameters) {
        var declaration = operation.declaration();
        var sent = new Sent(parameters);
        var values = Values.read(declaration.parameters(), sent);
        operation.contradictions(values).forEach(sent::refuse);
        declaration.first(sent.refusals()).ifPresent(refusal -> {
            throw refusal;
        });
        var given = new TreeMap<>(parameters);
        given.values().removeIf(String::isEmpty);
        return new Call(caller, values, declaration, given);
    }

    public AccountId account() {
        return caller.account();
    }

    /** The value of a parameter that is required, a list, or has a default. */
    public <T> T get(Parameter<T> parameter) {
        return values.get(parameter);
    }

    public <T> Optional<T> find(Parameter<T> parameter) {
        return values.find(parameter);
    }

    /** What was sent of the parameters that are kept, by wire name. */
    public Map<String, String> kept() {
        return sentOf(parameter -> parameter.treatment() == Treatment.KEPT);
    }

    /** SHA-256 over what is asked for: the same for a retry, whatever its nonce, time stamp or parameter order. */
    public String digest(Predicate<Parameter<?>> counts) {
        var text = new StringBuilder();
        sentOf(counts).forEach((name, value) -> {
            text.append(name.length()).append(':').append(name);
            text.append(value.length()).append(':').append(value);
        });
        return Signatures.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private Map<String, String> sentOf(Predicate<Parameter<?>> wanted) {
        var found = new TreeMap<>(sent);
        found.keySet()
                .removeIf(name -> declaration.parameters().stream()
                        .filter(wanted)
                        .noneMatch(parameter -> parameter.covers(name)));
        return found;
    }
}
