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

    /** What the form says. */
    private record Wanted(String cron, String zone, String whileRunning) {

        /** To set anew what is there already would forget the run that waits. */
        private boolean isThere(Schedules.Schedule one) {
            return one.cron().equals(cron)
                    && one.zone().equals(zone)
                    && one.whileRunning().word().equals(whileRunning);
        }
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
        var wanted = new Wanted(
                text(request, "cron").strip(), text(request, "time-zone").strip(), text(request, "while-running"));
        var there = schedules.find(template);
        if (wanted.cron().isEmpty()) {
            there.ifPresent(one -> changes.remove(visitor.caller(), template));
        } else if (there.filter(wanted::isThere).isEmpty()) {
            changes.set(visitor.caller(), template, wanted.cron(), wanted.zone(), wanted.whileRunning());
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
