package dev.kiln.api.execution;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import dev.kiln.api.signature.Caller;
import dev.kiln.template.TemplateId;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Starts an execution with values for its template's parameters; the wire has no parameter for them. */
@RestController
class StartController {

    private final ParameterStart start;

    StartController(ParameterStart start) {
        this.start = start;
    }

    /** The request's body; never print it, since values may be secrets. */
    record Wanted(
            @Nullable String clientToken,
            @Nullable Map<String, @Nullable String> parameters,
            @JsonAnySetter @Nullable Map<String, Object> unknown) {

        @Override
        public String toString() {
            return "a start";
        }
    }

    /** The execution that was started. */
    record Started(String executionId) {}

    @PostMapping("/api/v1/templates/{id}/executions")
    @ResponseStatus(HttpStatus.CREATED)
    Started start(
            @RequestAttribute("dev.kiln.caller") Caller caller,
            @PathVariable("id") String id,
            @RequestBody Wanted wanted) {
        if (wanted.unknown() != null && !wanted.unknown().isEmpty()) {
            throw ErrorCode.INVALID_PARAMETER.because("The body has a member "
                    + Refusals.quoted(wanted.unknown().keySet().iterator().next())
                    + ", which is not known. Leave it out.");
        }
        var given = new HashMap<String, String>();
        if (wanted.parameters() != null) {
            wanted.parameters().forEach((name, value) -> given.put(name, given(name, value)));
        }
        var token = wanted.clientToken() == null ? "" : wanted.clientToken();
        return new Started(
                start.start(caller.account(), new TemplateId(id), token, given).value());
    }

    private static String given(String name, @Nullable String value) {
        if (value == null) {
            throw RestCodes.PARAMETER_VALUE.because("The value of parameter " + Refusals.quoted(name)
                    + " is not valid: it is null. Leave the parameter out to have its default.");
        }
        return value;
    }
}
