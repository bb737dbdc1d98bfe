package dev.kiln.api.operation;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.region.RegionId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A parameter of an operation. This one declaration reads it, checks it, and makes its row in docs/api.md. By default
 * it is honoured, optional, and refused with {@code Invalid<Name>}.
 */
public final class Parameter<T> {

    /** Every operation except DescribeRegions requires it. */
    public static final Parameter<RegionId> REGION_ID = region("RegionId").required();

    private final String name;
    private final Form<T> form;
    private final ErrorCode code;
    private final Optional<ErrorCode> missing;
    private final Optional<T> byDefault;
    private final Treatment treatment;

    private Parameter(
            String name,
            Form<T> form,
            ErrorCode code,
            Optional<ErrorCode> missing,
            Optional<T> byDefault,
            Treatment treatment) {
        this.name = name;
        this.form = form;
        this.code = code;
        this.missing = missing;
        this.byDefault = byDefault;
        this.treatment = treatment;
    }

    public static <T> Parameter<T> of(String name, Form<T> form) {
        return new Parameter<>(
                name, form, ErrorCode.invalid(name), Optional.empty(), Optional.empty(), Treatment.HONOURED);
    }

    public static Parameter<String> text(String name) {
        return of(name, Scalar.text());
    }

    public static Parameter<String> oneOf(String name, String... words) {
        return of(name, Scalar.oneOf(words));
    }

    public static Parameter<Integer> integer(String name, int least, int most) {
        return of(name, Scalar.integer(least, most));
    }

    public static Parameter<Boolean> flag(String name) {
        return of(name, Scalar.flag());
    }

    public static Parameter<RegionId> region(String name) {
        return of(name, Scalar.region()).code(ErrorCode.INVALID_REGION);
    }

    /** {@code Name.N}; an empty list if none is given. */
    public static <T> Parameter<List<T>> list(String name, Scalar<T> item, int most, ErrorCode tooMany) {
        return of(name, new Numbered<>(item, most, tooMany)).or(List.of());
    }

    /** {@code Name.N.Member}; an empty list if none is given. */
    public static <T> Parameter<List<T>> objects(
            String name, List<Parameter<?>> members, Function<Values, T> make, int most, ErrorCode tooMany) {
        return of(name, objectsForm(members, make, most, tooMany)).or(List.of());
    }

    static <T> Form<List<T>> objectsForm(
            List<Parameter<?>> members, Function<Values, T> make, int most, ErrorCode tooMany) {
        return new NumberedObjects<>(members, make, most, tooMany);
    }

    /** Sets the code for a malformed value. */
    public Parameter<T> code(ErrorCode own) {
        return new Parameter<>(name, form, own, missing, byDefault, treatment);
    }

    public Parameter<T> required() {
        return required(ErrorCode.MISSING_PARAMETER);
    }

    public Parameter<T> required(ErrorCode ifMissing) {
        return new Parameter<>(name, form, code, Optional.of(ifMissing), byDefault, treatment);
    }

    /** Sets the default. */
    public Parameter<T> or(T value) {
        return new Parameter<>(name, form, code, missing, Optional.of(value), treatment);
    }

    public Parameter<T> kept() {
        return new Parameter<>(name, form, code, missing, byDefault, Treatment.KEPT);
    }

    public Parameter<T> checked() {
        return new Parameter<>(name, form, code, missing, byDefault, Treatment.CHECKED);
    }

    public Parameter<T> refused() {
        return new Parameter<>(name, form, code, missing, byDefault, Treatment.REFUSED);
    }

    public String name() {
        return name;
    }

    public Form<T> form() {
        return form;
    }

    public boolean isRequired() {
        return missing.isPresent();
    }

    public Optional<T> byDefault() {
        return byDefault;
    }

    public Treatment treatment() {
        return treatment;
    }

    /** Every code that it can be refused with, its own first. */
    public List<ErrorCode> codes() {
        var own = form.rule().isEmpty() ? Stream.<ErrorCode>empty() : Stream.of(code);
        return Stream.of(own, missing.stream(), form.codes().stream())
                .flatMap(Function.identity())
                .distinct()
                .toList();
    }

    /** Whether a name on the wire is this parameter, an item of its list, or a known member of such an item. */
    boolean covers(String wireName) {
        if (form.suffix().isEmpty()) {
            return wireName.equals(name);
        }
        if (!wireName.startsWith(name + ".")) {
            return false;
        }
        var dot = wireName.indexOf('.', name.length() + 1);
        return form.members().isEmpty()
                ? dot < 0
                : dot >= 0 && form.members().stream().anyMatch(member -> member.covers(wireName.substring(dot + 1)));
    }

    /** The value, if it was given and is well-formed; otherwise the default, if there is one. */
    Optional<T> read(Sent sent) {
        var wellFormed = sent.refusals().size();
        var value = form.read(sent, name, code);
        if (value.isEmpty() && missing.isPresent() && sent.refusals().size() == wellFormed) {
            sent.refuse(Refusals.missing(missing.get(), sent.wireName(name)));
        }
        return value.or(() -> byDefault);
    }

    /** The value among kept parameters, which were well-formed when they were sent. */
    public Optional<T> in(Map<String, String> kept) {
        return read(new Sent(kept));
    }
}
