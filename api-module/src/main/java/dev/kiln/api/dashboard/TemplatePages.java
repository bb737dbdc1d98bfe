package dev.kiln.api.dashboard;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.permission.ResourceType;
import dev.kiln.api.rpc.Cursor;
import dev.kiln.api.template.DeclaredParameters;
import dev.kiln.template.TemplateId;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RestController;

/** The page of each template. */
@RestController
public class TemplatePages {

    static final String LIST = "ecs:DescribeImagePipelines";
    private static final String START = "ecs:StartImagePipelineExecution";
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
        show(visitor, find(visitor, id), start -> start, schedule -> schedule, response);
    }

    /** The page again, with what was typed to start the template, since that was refused. */
    void refused(
            Visitor visitor,
            ShownTemplates.Row row,
            ApiException refusal,
            Map<String, String> typed,
            HttpServletResponse response)
            throws IOException {
        answer(visitor, row, refusal, response);
        show(visitor, row, start -> start.refused(typed, refusal.getMessage()), schedule -> schedule, response);
    }

    /** The page again, with what was typed to let the template start by itself, since that was refused. */
    void refused(
            Visitor visitor,
            ShownTemplates.Row row,
            ApiException refusal,
            ScheduleView.Form typed,
            HttpServletResponse response)
            throws IOException {
        answer(visitor, row, refusal, response);
        show(visitor, row, start -> start, schedule -> schedule.refused(typed, refusal.getMessage()), response);
    }

    /** What is gone, or not for the visitor to see, has no page to go back to. */
    private static void answer(
            Visitor visitor, ShownTemplates.Row row, ApiException refusal, HttpServletResponse response) {
        if (refusal.status() == HttpServletResponse.SC_NOT_FOUND || !visitor.may(LIST, ResourceType.TEMPLATE, row)) {
            throw refusal;
        }
        response.setStatus(refusal.status());
        refusal.headers().forEach(response::setHeader);
    }

    private void show(
            Visitor visitor,
            ShownTemplates.Row found,
            UnaryOperator<StartForm> start,
            UnaryOperator<ScheduleView> schedule,
            HttpServletResponse response)
            throws IOException {
        var row = found.seenBy(visitor);
        var filter = new ShownExecutions.Filter(Optional.empty(), row.id(), Optional.empty(), false);
        var last = executions.list(filter, Cursor.read(null), LAST).stream()
                .filter(visitor::mayList)
                .toList();
        var form = StartForm.of(
                parameters.of(new TemplateId(row.id())),
                visitor.may("kiln:GetParameters", ResourceType.TEMPLATE, row),
                visitor.mayChange(START, ResourceType.TEMPLATE, row),
                last.stream().allMatch(run -> run.status().isFinal()));
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
                        "start",
                        start.apply(form),
                        "schedule",
                        schedule.apply(schedules.of(visitor, row))));
    }

    private ShownTemplates.Row find(Visitor visitor, String id) {
        return templates
                .find(id)
                .filter(row -> visitor.may(LIST, ResourceType.TEMPLATE, row))
                .orElseThrow(() -> Refusals.templateNotFound(id));
    }
}
