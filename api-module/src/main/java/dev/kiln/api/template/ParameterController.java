package dev.kiln.api.template;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import dev.kiln.api.signature.Caller;
import dev.kiln.parameter.ParameterRules;
import dev.kiln.template.TemplateId;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Sets the parameters that a start of a template can give values for; the wire has no parameter for them. */
@RestController
@RequestMapping("/api/v1/templates/{id}/parameters")
class ParameterController {

    private static final int LONGEST_DESCRIPTION = 256;

    private final Templates templates;
    private final DeclaredParameters parameters;
    private final TransactionTemplate transaction;

    ParameterController(Templates templates, DeclaredParameters parameters, TransactionTemplate transaction) {
        this.templates = templates;
        this.parameters = parameters;
        this.transaction = transaction;
    }

    /** A requested parameter; never print it, since its default may be a secret. */
    record Wanted(
            @Nullable String name,
            @Nullable String description,
            @Nullable Boolean secret,
            @JsonProperty("default") @Nullable String byDefault,
            @JsonAnySetter @Nullable Map<String, Object> unknown) {

        @Override
        public String toString() {
            return "parameter " + name;
        }
    }

    /** All requested parameters. */
    record AllWanted(@Nullable List<@Nullable Wanted> parameters) {}

    /**
     * A parameter as it is shown.
     *
     * @param required whether every start must give a value
     * @param byDefault absent for secret and for required parameters
     */
    record Shown(
            String name,
            String description,
            boolean secret,
            boolean required,

            @JsonProperty("default") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String byDefault) {

        private static Shown of(DeclaredParameters.Declared one) {
            var shown = one.secret() ? null : one.byDefault().orElse(null);
            return new Shown(
                    one.name(), one.description(), one.secret(), one.byDefault().isEmpty(), shown);
        }
    }

    /** The parameters, which apply from the next start on. */
    record AllShown(String templateId, List<Shown> parameters) {}

    @GetMapping
    AllShown get(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String id) {
        var template =
                templates.find(new TemplateId(id), caller.account()).orElseThrow(() -> Refusals.templateNotFound(id));
        return shown(id, parameters.of(template.id()));
    }

    private static AllShown shown(String id, List<DeclaredParameters.Declared> all) {
        return new AllShown(id, all.stream().map(Shown::of).toList());
    }

    @PutMapping
    AllShown put(
            @RequestAttribute("dev.kiln.caller") Caller caller,
            @PathVariable("id") String id,
            @RequestBody AllWanted wanted) {
        var declared = checked(wanted);
        transaction.executeWithoutResult(status -> {
            var template = templates
                    .lock(new TemplateId(id), caller.account())
                    .orElseThrow(() -> Refusals.templateNotFound(id));
            if (templates.hasRunningExecution(template.id())) {
                throw RestCodes.RUNNING.because("The template has a running execution, which was started with the"
                        + " parameters as they are. Wait until it has ended.");
            }
            parameters.replace(template.id(), declared);
        });
        return shown(id, declared);
    }

    private static List<DeclaredParameters.Declared> checked(AllWanted wanted) {
        var all = wanted.parameters();
        if (all == null || all.size() > ParameterRules.MOST) {
            throw Refusals.invalid(
                    ErrorCode.invalid("Parameters"),
                    "parameters",
                    all == null ? "null" : all.size() + " of them",
                    "it is a list of at most " + ParameterRules.MOST);
        }
        var names = new HashSet<String>();
        return all.stream().map(one -> checked(one, names)).toList();
    }

    private static DeclaredParameters.Declared checked(@Nullable Wanted wanted, Set<String> names) {
        if (wanted == null) {
            throw Refusals.invalid(ErrorCode.invalid("Parameters"), "parameters", "null", "its elements are objects");
        }
        var name = wanted.name() == null ? "" : wanted.name();
        ParameterRules.faultOfName(name)
                .or(() -> names.add(name) ? Optional.empty() : Optional.of("each name stands once"))
                .or(() -> Optional.ofNullable(wanted.unknown())
                        .flatMap(more -> more.keySet().stream()
                                .findFirst()
                                .map(member -> "it has a member " + Refusals.quoted(member) + ", which is not known")))
                .ifPresent(rule -> {
                    throw Refusals.invalid(RestCodes.PARAMETER_NAME, "parameter", name, rule);
                });
        boolean secret = Boolean.TRUE.equals(wanted.secret());
        var byDefault = Optional.ofNullable(wanted.byDefault());
        byDefault.flatMap(value -> ParameterRules.faultOfValue(value, secret)).ifPresent(rule -> {
            throw RestCodes.PARAMETER_VALUE.because(
                    "The default of parameter " + name + " is not valid: " + rule + ".");
        });
        return new DeclaredParameters.Declared(name, description(name, wanted), secret, byDefault);
    }

    private static String description(String name, Wanted wanted) {
        var text = wanted.description() == null ? "" : wanted.description();
        if (text.length() > LONGEST_DESCRIPTION
                || text.chars().anyMatch(Character::isISOControl)
                || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw Refusals.invalid(
                    ErrorCode.invalid("Description"),
                    "description of parameter " + name,
                    text,
                    "it has at most " + LONGEST_DESCRIPTION + " characters, none of them a control character");
        }
        return text;
    }
}
