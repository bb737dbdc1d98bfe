package dev.kiln.api.dashboard;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.execution.ParameterStart;
import dev.kiln.api.metric.Answered;
import dev.kiln.api.permission.ResourceType;
import dev.kiln.api.template.DeclaredParameters;
import dev.kiln.api.template.DeclaredParameters.Declared;
import dev.kiln.template.TemplateId;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
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
    private final TemplatePages page;

    StartPages(
            ShownTemplates templates,
            DeclaredParameters parameters,
            ParameterStart start,
            Actions actions,
            TemplatePages page) {
        this.templates = templates;
        this.parameters = parameters;
        this.start = start;
        this.actions = actions;
        this.page = page;
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
            start(visitor, row, typed(parameters.of(template), request), response);
        }
    }

    private void start(Visitor visitor, ShownTemplates.Row row, Map<String, String> typed, HttpServletResponse response)
            throws IOException {
        var template = new TemplateId(row.id());
        try {
            var started = start.start(visitor.caller().account(), template, "", given(template, typed));
            Actions.seeOther(response, "/ui/executions/" + started);
        } catch (ApiException e) {
            page.refused(visitor, row, e, typed, response);
        }
    }

    private static Map<String, String> typed(List<Declared> parameters, HttpServletRequest request) {
        var typed = new HashMap<String, String>();
        for (var parameter : parameters) {
            var sent = request.getParameter("parameter-" + parameter.name());
            if (sent != null) {
                typed.put(parameter.name(), lines(sent));
            }
        }
        return typed;
    }

    /** The values that were typed; an empty field stands for the default, if there is one. */
    private Map<String, String> given(TemplateId template, Map<String, String> typed) {
        var given = new HashMap<>(typed);
        for (var parameter : parameters.of(template)) {
            parameter
                    .byDefault()
                    .filter(value -> {
                        var text = typed.getOrDefault(parameter.name(), "");
                        return text.isEmpty() || text.equals(lines(value));
                    })
                    .ifPresent(value -> given.remove(parameter.name()));
        }
        return given;
    }

    /** As a browser would have it: it makes one of all ends of lines. */
    private static String lines(String text) {
        return text.replace("\r\n", "\n").replace('\r', '\n');
    }
}
