package dev.kiln.api.operation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The values of the declared parameters. */
public final class Values {

    private final Map<Parameter<?>, Optional<?>> values = new HashMap<>();

    private final Set<Parameter<?>> given = new HashSet<>();

    private Values() {}

    static Values read(List<Parameter<?>> declared, Sent sent) {
        var read = new Values();
        for (var parameter : declared) {
            read.values.put(parameter, parameter.read(sent));
            if (sent.mentions(parameter)) {
                read.given.add(parameter);
            }
        }
        return read;
    }

    /** Whether anything was sent, well-formed or not. */
    public boolean isGiven(Parameter<?> parameter) {
        return given.contains(parameter);
    }

    /** The value of a parameter that is required, a list, or has a default. */
    public <T> T get(Parameter<T> parameter) {
        return find(parameter)
                .orElseThrow(() -> new IllegalStateException(parameter.name() + " may be absent: ask with find"));
    }

    /** The value, if it was given and is well-formed; otherwise the default, if there is one. */
    @SuppressWarnings("unchecked") // Each value was read by its own parameter.
    public <T> Optional<T> find(Parameter<T> parameter) {
        var value = values.get(parameter);
        if (value == null) {
            throw new IllegalStateException("the operation does not declare " + parameter.name());
        }
        return (Optional<T>) value;
    }
}
