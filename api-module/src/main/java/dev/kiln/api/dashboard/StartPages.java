package dev.kiln.api.dashboard;

import dev.kiln.api.error.Refusals;
import dev.kiln.api.execution.ParameterStart;
import dev.kiln.api.metric.Answered;
import dev.kiln.api.permission.ResourceType;
import dev.kiln.api.template.DeclaredParameters;
import dev.kiln.template.TemplateId;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RestController;

/** Starts executions, with values for the parameters of their templates. */
@RestController
class StartPages {

    private static final String START = "StartImagePipelineExecution";

    private final ShownTemplates templates;
    private final DeclaredParameters parameters;
    private final ParameterStart start;
    private final Actions actions;

    StartPages(ShownTemplates templates, DeclaredParameters parameters, ParameterStart start, Actions actions) {
        this.templates = templates;
        this.parameters = parameters;
        this.start = start;
        this.actions = actions;
    }

    @PostMapping("/ui/templates/{id}/start")
    void start(
            @RequestAttribute(Visitor.ATTRIBUTE) Visitor visitor,
            @PathVariable("id") String id,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        var row = templates
                .find(id)
                .filter(found -> visitor.mayChange("ecs:" + START, ResourceType.TEMPLATE, found))
                .orElseThrow(() -> Refusals.templateNotFound(id));
        var template = new TemplateId(row.id());
        if (parameters.of(template).isEmpty()) {
            var answer = actions.run(START, visitor, Map.of("RegionId", row.region(), "ImagePipelineId", row.id()));
            Actions.seeOther(response, "/ui/executions/" + answer.get("ExecutionId"));
        } else if (request.getParameter("values") == null) {
            // A button of another page, which does not know of parameters: they are asked for.
            Answered.withoutChange(request);
            Actions.seeOther(response, "/ui/templates/" + row.id());
        } else {
            var started = start.start(visitor.caller().account(), template, "", given(template, request));
            Actions.seeOther(response, "/ui/executions/" + started);
        }
    }

    /** The values that were typed; an empty field stands for the default, if there is one. */
    private Map<String, String> given(TemplateId template, HttpServletRequest request) {
        var given = new HashMap<String, String>();
        for (var parameter : parameters.of(template)) {
            var sent = request.getParameter("parameter-" + parameter.name());
            if (sent != null) {
                var typed = lines(sent);
                var isDefault = parameter.byDefault().filter(value -> typed.isEmpty() || typed.equals(lines(value)));
                given.putAll(isDefault.isPresent() ? Map.of() : Map.of(parameter.name(), typed));
            }
        }
        return given;
    }

    /** As a browser would have it: it makes one of all ends of lines. */
    private static String lines(String text) {
        return text.replace("\r\n", "\n").replace('\r', '\n');
    }
}
