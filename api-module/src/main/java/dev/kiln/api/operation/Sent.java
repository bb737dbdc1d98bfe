package dev.kiln.api.operation;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The parameters that were sent, query and form together, and the refusals found so far. An empty value counts as not
 * given.
 */
public final class Sent {

    private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{0,8}");

    private final Map<String, String> parameters;
    private final String prefix;
    private final List<ApiException> refusals;
    private final int refusedBefore;

    Sent(Map<String, String> parameters) {
        this(parameters, "", new ArrayList<>());
    }

    private Sent(Map<String, String> parameters, String prefix, List<ApiException> refusals) {
        this.parameters = parameters;
        this.prefix = prefix;
        this.refusals = refusals;
        this.refusedBefore = refusals.size();
    }

    /** The members of an object. */
    Sent within(String object) {
        return new Sent(parameters, prefix + object + ".", refusals);
    }

    /** The full name as the client wrote it. */
    public String wireName(String name) {
        return prefix + name;
    }

    public Optional<String> text(String name) {
        return Optional.ofNullable(parameters.get(wireName(name))).filter(value -> !value.isEmpty());
    }

    boolean mentions(Parameter<?> parameter) {
        return parameters.entrySet().stream()
                .anyMatch(sent -> sent.getKey().startsWith(prefix)
                        && !sent.getValue().isEmpty()
                        && parameter.covers(sent.getKey().substring(prefix.length())));
    }

    /** Notes a refusal; once all parameters are read, the request is refused with the most important one. */
    public void refuse(ApiException refusal) {
        refusals.add(refusal);
    }

    List<ApiException> refusals() {
        return refusals;
    }

    /** Whether nothing was refused since this view was made. */
    boolean isWellFormed() {
        return refusals.size() == refusedBefore;
    }

    /** The numbers N for which Name.N is given. */
    SortedSet<Integer> numbers(String list, int most, ErrorCode tooMany) {
        return numbers(list, false, most, tooMany);
    }

    /** The numbers N for which a member of Name.N is given. */
    SortedSet<Integer> numbersOfObjects(String list, int most, ErrorCode tooMany) {
        return numbers(list, true, most, tooMany);
    }

    private SortedSet<Integer> numbers(String list, boolean ofObjects, int most, ErrorCode tooMany) {
        var start = wireName(list) + ".";
        var numbers = new TreeSet<Integer>();
        parameters.forEach((name, value) -> {
            var dot = name.indexOf('.', start.length());
            if (name.startsWith(start) && ofObjects == (dot >= 0) && !value.isEmpty()) {
                var number = name.substring(start.length(), ofObjects ? dot : name.length());
                if (check(list, number, most, tooMany)) {
                    numbers.add(Integer.parseInt(number));
                }
            }
        });
        return numbers;
    }

    private boolean check(String list, String number, int most, ErrorCode tooMany) {
        if (!NUMBER.matcher(number).matches()) {
            refuse(Refusals.invalid(
                    ErrorCode.INVALID_PARAMETER, "number of " + wireName(list), number, "lists are numbered from 1"));
            return false;
        }
        if (Integer.parseInt(number) > most) {
            refuse(tooMany.because("The specified " + wireName(list) + "." + number + " is one too many: at most "
                    + most + " are allowed."));
            return false;
        }
        return true;
    }
}
