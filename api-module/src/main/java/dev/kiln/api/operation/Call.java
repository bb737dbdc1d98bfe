package dev.kiln.api.operation;

import dev.kiln.account.AccountId;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.permission.ResourceType;
import dev.kiln.api.signature.Caller;
import dev.kiln.api.signature.Signatures;
import dev.kiln.region.RegionId;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** An authenticated request with well-formed parameters. */
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

    /**
     * Reads all declared parameters; if several things are wrong, the declaration decides which is answered.
     *
     * @param regions the configured regions; any other region has nothing that could be asked for
     */
    public static Call read(
            Operation<?> operation, Caller caller, Map<String, String> parameters, Collection<RegionId> regions) {
        var declaration = operation.declaration();
        var sent = new Sent(parameters);
        var values = Values.read(declaration.parameters(), sent);
        region(declaration, values)
                .filter(region -> !regions.contains(region))
                .ifPresent(region -> sent.refuse(Refusals.regionNotFound(region.value())));
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

    /** The name of the operation. */
    public String operation() {
        return declaration.name();
    }

    /** The names of the resources that the call is about; the key must be allowed the operation on each of them. */
    public List<String> resources() {
        return declaration
                .subject()
                .map(subject -> ids(subject.type())
                        .map(id -> resource(subject.type(), id))
                        .toList())
                .orElse(List.of("*"));
    }

    private Stream<String> ids(ResourceType type) {
        var given = declaration.ids(type).flatMap(values::find).stream()
                .flatMap(value -> value instanceof Collection<?> several ? several.stream() : Stream.of(value))
                .map(Object::toString)
                .filter(id -> !id.isEmpty())
                .toList();
        return given.isEmpty() ? Stream.of("*") : given.stream();
    }

    /** The name of a resource in the region of the call. */
    public String resource(ResourceType type, String id) {
        var region = region(declaration, values).map(RegionId::value);
        return type.name(region.orElse("*"), account(), id);
    }

    private static Optional<RegionId> region(Declaration<?> declaration, Values values) {
        return declaration.parameters().stream()
                .filter(parameter -> parameter.name().equals(Parameter.REGION_ID.name()))
                .findFirst()
                .flatMap(values::find)
                .map(RegionId.class::cast);
    }

    /** Whether the key is allowed the operation on the resource. */
    public boolean may(String resource) {
        return caller.may(declaration.action(), resource);
    }

    /** Refuses unless the key is allowed the operation on each resource. */
    public void require(List<String> resources) {
        caller.require(declaration.action(), resources);
    }

    /** Refuses if the key is denied the operation on the resource; it need not be allowed on it. */
    public void requireUndenied(String resource) {
        caller.requireUndenied(declaration.action(), resource);
    }

    /** The value of a parameter that is required, a list, or has a default. */
    public <T> T get(Parameter<T> parameter) {
        return values.get(parameter);
    }

    public <T> Optional<T> find(Parameter<T> parameter) {
        return values.find(parameter);
    }

    /** The values sent for parameters that are kept, by wire name. */
    public Map<String, String> kept() {
        return sentOf(parameter -> parameter.treatment() == Treatment.KEPT);
    }

    /**
     * SHA-256 over the parameters that count: the same for a retry, whatever its nonce, time stamp or parameter order.
     */
    public String digest(Predicate<Parameter<?>> counts) {
        return digest(sentOf(counts));
    }

    /** The same, of a call that sends these parameters. */
    public static String digest(Map<String, String> sent) {
        var text = new StringBuilder();
        new TreeMap<>(sent).forEach((name, value) -> {
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
