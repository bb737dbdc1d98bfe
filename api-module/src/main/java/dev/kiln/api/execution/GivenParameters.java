package dev.kiln.api.execution;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import dev.kiln.api.template.DeclaredParameters;
import dev.kiln.execution.ExecutionId;
import dev.kiln.parameter.ExecutionParameters;
import dev.kiln.parameter.ParameterRules;
import dev.kiln.parameter.RunParameter;
import dev.kiln.parameter.RunParameters;
import dev.kiln.template.TemplateId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** The parameter values that a start gives. No refusal quotes a value, since it may be a secret. */
@Component
final class GivenParameters {

    static final ErrorCode MISSING = new ErrorCode(
            "MissingParameter.Value",
            400,
            "a parameter of the template has no default: start it by `/api/v1`, which takes values");

    private final DeclaredParameters declared;
    private final ExecutionParameters kept;

    GivenParameters(DeclaredParameters declared, ExecutionParameters kept) {
        this.declared = declared;
        this.kept = kept;
    }

    /** The values of an execution: the given ones, and defaults for the rest. */
    RunParameters of(TemplateId template, Map<String, String> given) {
        var known = declared.of(template);
        refuseUnknown(template, known, given);
        var values = new ArrayList<RunParameter>();
        int bytes = 0;
        for (var parameter : known) {
            var value = given.containsKey(parameter.name())
                    ? checked(parameter, String.valueOf(given.get(parameter.name())))
                    : parameter.byDefault().orElseThrow(() -> missing(template, parameter));
            values.add(new RunParameter(parameter.name(), value, parameter.secret()));
            bytes += ExecutionParameters.bytes(value);
        }
        if (bytes > ParameterRules.MOST_BYTES) {
            throw RestCodes.PARAMETER_VALUE.because("The values of all parameters together have " + bytes
                    + " bytes, and at most " + ParameterRules.MOST_BYTES
                    + " are taken. Make them shorter, or put them into the context.");
        }
        return new RunParameters(List.copyOf(values));
    }

    private static void refuseUnknown(
            TemplateId template, List<DeclaredParameters.Declared> known, Map<String, String> given) {
        var names = known.stream().map(DeclaredParameters.Declared::name).collect(Collectors.toSet());
        given.keySet().stream()
                .filter(name -> !names.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw RestCodes.PARAMETER_NAME.because(
                            "Template " + template + " has no parameter " + Refusals.quoted(name) + ". "
                                    + (names.isEmpty() ? "It has none." : "It has: " + String.join(", ", names) + "."));
                });
    }

    private static String checked(DeclaredParameters.Declared parameter, String value) {
        ParameterRules.faultOfValue(value, parameter.secret()).ifPresent(rule -> {
            throw RestCodes.PARAMETER_VALUE.because(
                    "The value of parameter " + parameter.name() + " is not valid: " + rule + ".");
        });
        return value;
    }

    private static RuntimeException missing(TemplateId template, DeclaredParameters.Declared parameter) {
        return MISSING.because("Parameter " + parameter.name() + " of template " + template + " has no default. Start"
                + " the execution by POST /api/v1/templates/" + template + "/executions, by ./kiln start --param, or"
                + " on the web page, which take values.");
    }

    /** Stores the values of an execution that is started in the same transaction. */
    void keep(ExecutionId execution, RunParameters values) {
        kept.add(execution, values);
    }
}
