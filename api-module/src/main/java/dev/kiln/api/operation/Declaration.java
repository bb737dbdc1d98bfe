package dev.kiln.api.operation;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What there is to say of an operation. It decides what is read, what is answered and what docs/api.md tells.
 *
 * @param name as Action has it
 * @param purpose a sentence
 * @param parameters in the order of the reference; others are ignored
 * @param errors codes in the order of the reference: of several the first is answered. The codes of parameters that are
 *     not among them follow
 * @param answer how the answer is written
 */
public record Declaration<A>(
        String name, String purpose, List<Parameter<?>> parameters, List<ErrorCode> errors, Shape<A> answer) {

    /** All codes, in the order in which they are answered; what is missing is told before what is wrong. */
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

    /** The refusal that is answered. */
    Optional<ApiException> first(Collection<ApiException> refusals) {
        var order = codes().stream().map(ErrorCode::code).toList();
        return refusals.stream().min(Comparator.comparing(refusal -> {
            var at = order.indexOf(refusal.code());
            return at < 0 ? order.size() : at;
        }));
    }
}
