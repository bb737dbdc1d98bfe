package dev.kiln.api.operation;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.permission.ResourceType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Declares an operation: what is read, what is answered, and what docs/api.md says.
 *
 * @param name the value of Action
 * @param purpose a sentence
 * @param parameters in the order of the reference; others are ignored
 * @param errors codes in the order of the reference: the first that applies is answered. Codes of parameters that are
 *     not listed here follow
 * @param answer how the answer is written
 * @param subject the resource that policies are checked on, if no parameter names it; see {@link #subject}
 */
public record Declaration<A>(
        String name,
        String purpose,
        List<Parameter<?>> parameters,
        List<ErrorCode> errors,
        Shape<A> answer,
        Optional<Subject> subject) {

    /**
     * The resource that a key must be allowed an operation on.
     *
     * @param id id of the resource, for docs/api.md
     */
    public record Subject(ResourceType type, String id) {}

    /** An operation on the resources that its parameters name. */
    public Declaration(
            String name, String purpose, List<Parameter<?>> parameters, List<ErrorCode> errors, Shape<A> answer) {
        this(name, purpose, parameters, errors, answer, Optional.empty());
    }

    /** A copy of this, for an operation on resources of a type that no parameter names. */
    public Declaration<A> on(ResourceType type, String id) {
        return new Declaration<>(name, purpose, parameters, errors, answer, Optional.of(new Subject(type, id)));
    }

    /** The resource that a key must be allowed the operation on; empty means {@code *}. */
    @Override
    public Optional<Subject> subject() {
        return subject.or(() -> Stream.of(ResourceType.values())
                .flatMap(type ->
                        ids(type)
                                .map(ids -> new Subject(type, "{" + ids.name() + (ids.isRequired() ? "}" : " or *}")))
                                .stream())
                .findFirst());
    }

    /** The name of the operation in policies. */
    public String action() {
        return "ecs:" + name;
    }

    /** The parameter that holds ids of the type. */
    Optional<Parameter<?>> ids(ResourceType type) {
        return parameters.stream()
                .filter(parameter -> type.isNamedBy(parameter.name()))
                .findFirst();
    }

    /** All codes, in the order in which they are answered; a missing parameter comes before a wrong one. */
    public List<ErrorCode> codes() {
        var codes = new ArrayList<ErrorCode>();
        Stream.of(
                        Stream.of(ErrorCode.MISSING_PARAMETER),
                        errors.stream(),
                        parameters.stream().flatMap(parameter -> parameter.codes().stream()))
                .flatMap(found -> found)
                .filter(code -> codes.stream().noneMatch(code::isSame))
                .forEach(codes::add);
        return codes;
    }

    /** The refusal to answer: the first in the order of {@link #codes}. */
    Optional<ApiException> first(Collection<ApiException> refusals) {
        var order = codes().stream().map(ErrorCode::code).toList();
        return refusals.stream().min(Comparator.comparing(refusal -> {
            var at = order.indexOf(refusal.code());
            return at < 0 ? order.size() : at;
        }));
    }
}
