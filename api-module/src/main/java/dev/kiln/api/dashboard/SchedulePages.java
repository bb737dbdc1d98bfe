package dev.kiln.api.dashboard;

import dev.kiln.api.error.Refusals;
import dev.kiln.api.schedule.ScheduleChanges;
import dev.kiln.api.schedule.Schedules;
import dev.kiln.template.TemplateId;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RestController;

/** Sets when templates start automatically. */
@RestController
class SchedulePages {

    private final ShownTemplates templates;
    private final Schedules schedules;
    private final ScheduleChanges changes;

    SchedulePages(ShownTemplates templates, Schedules schedules, ScheduleChanges changes) {
        this.templates = templates;
        this.schedules = schedules;
        this.changes = changes;
    }

    @PostMapping("/ui/templates/{id}/schedule")
    void set(
            @RequestAttribute(Visitor.ATTRIBUTE) Visitor visitor,
            @PathVariable("id") String id,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        var row = templates
                .find(id)
                .filter(found -> ScheduleViews.mayChange(visitor, found))
                .orElseThrow(() -> Refusals.templateNotFound(id));
        var template = new TemplateId(row.id());
        var cron = text(request, "cron").strip();
        if (!cron.isEmpty()) {
            changes.set(
                    visitor.caller(),
                    template,
                    cron,
                    text(request, "time-zone").strip(),
                    text(request, "while-running"));
        } else if (schedules.find(template).isPresent()) {
            changes.remove(visitor.caller(), template);
        }
        if (row.onFamily()) {
            changes.rebuild(visitor.caller(), template, request.getParameter("on-base-change") != null);
        }
        Actions.seeOther(response, "/ui/templates/" + row.id());
    }

    private static String text(HttpServletRequest request, String name) {
        return Optional.ofNullable(request.getParameter(name)).orElse("");
    }
}
