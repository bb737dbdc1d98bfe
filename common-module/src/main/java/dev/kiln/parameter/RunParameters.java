package dev.kiln.parameter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The parameters of one execution, in the order of the template. */
public record RunParameters(List<RunParameter> all) {

    public static final RunParameters NONE = new RunParameters(List.of());

    /** The environment variables for commands. */
    public Map<String, String> environment() {
        var environment = new LinkedHashMap<String, String>();
        all.forEach(parameter -> environment.put(parameter.name(), parameter.value()));
        return environment;
    }

    /** The parameter of that name. */
    public Optional<RunParameter> find(String name) {
        return all.stream().filter(parameter -> parameter.name().equals(name)).findFirst();
    }

    /** The values that must not be shown. */
    public List<String> secrets() {
        return all.stream()
                .filter(RunParameter::secret)
                .map(RunParameter::value)
                .toList();
    }

    /** Whether any value is secret. */
    public boolean hasSecrets() {
        return all.stream().anyMatch(RunParameter::secret);
    }
}
