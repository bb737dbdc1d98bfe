package dev.kiln.api.dashboard;

import dev.kiln.api.error.Refusals;
import dev.kiln.api.permission.ResourceType;
import dev.kiln.api.rpc.Cursor;
import dev.kiln.api.template.DeclaredParameters;
import dev.kiln.template.TemplateId;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RestController;

/** The page of each template. */
@RestController
public class TemplatePages {

    static final String LIST = "ecs:DescribeImagePipelines";
    private static final String START = "StartImagePipelineExecution";
    private static final int CHARTED = 40;
    private static final int LAST = 8;

    private final ShownTemplates templates;
    private final ShownExecutions executions;
    private final StageTimes times;
    private final DeclaredParameters parameters;
    private final ScheduleViews schedules;
    private final Views pages;

    TemplatePages(
            ShownTemplates templates,
            ShownExecutions executions,
            StageTimes times,
            DeclaredParameters parameters,
            ScheduleViews schedules,
            Views pages) {
        this.templates = templates;
        this.executions = executions;
        this.times = times;
        this.parameters = parameters;
        this.schedules = schedules;
        this.pages = pages;
    }

    @GetMapping("/ui/templates/{id}")
    void show(
            @RequestAttribute(Visitor.ATTRIBUTE) Visitor visitor,
            @PathVariable("id") String id,
            HttpServletResponse response)
            throws IOException {
        var row = find(visitor, id);
        var filter = new ShownExecutions.Filter(Optional.empty(), row.id(), Optional.empty(), false);
        var last = executions.list(filter, Cursor.read(null), LAST).stream()
                .filter(visitor::mayList)
                .toList();
        pages.render(
                response,
                "template",
                Map.of(
                        "page",
                        pages.page(row.name(), "templates", visitor),
                        "row",
                        row,
                        "chart",
                        row.results()
                                .map(results -> Chart.of(times.last(row.id(), CHARTED), results))
                                .orElse(Chart.NONE),
                        "executions",
                        last,
                        "parameters",
                        parameters.of(new TemplateId(row.id())),
                        "showsDefaults",
                        visitor.may("kiln:GetParameters", ResourceType.TEMPLATE, row),
                        "schedule",
                        schedules.of(visitor, row),
                        "mayStart",
                        visitor.mayChange("ecs:" + START, ResourceType.TEMPLATE, row)
                                && last.stream().allMatch(run -> run.status().isFinal())));
    }

    private ShownTemplates.Row find(Visitor visitor, String id) {
        return templates
                .find(id)
                .filter(row -> visitor.may(LIST, ResourceType.TEMPLATE, row))
                .map(row -> row.seenBy(visitor))
                .orElseThrow(() -> Refusals.templateNotFound(id));
    }
}
