package dev.kiln.api.dashboard;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.schedule.ScheduleChanges;
import dev.kiln.api.schedule.Schedules;
import dev.kiln.api.signature.Caller;
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
    private final TemplatePages page;

    SchedulePages(ShownTemplates templates, Schedules schedules, ScheduleChanges changes, TemplatePages page) {
        this.templates = templates;
        this.schedules = schedules;
        this.changes = changes;
        this.page = page;
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
        var wanted = new ScheduleView.Form(
                text(request, "cron").strip(),
                text(request, "time-zone").strip(),
                text(request, "while-running"),
                request.getParameter("on-base-change") != null);
        try {
            set(visitor.caller(), row, wanted);
            Actions.seeOther(response, "/ui/templates/" + row.id());
        } catch (ApiException e) {
            page.refused(visitor, row, e, wanted, response);
        }
    }

    private void set(Caller caller, ShownTemplates.Row row, ScheduleView.Form wanted) {
        var template = new TemplateId(row.id());
        var there = schedules.find(template);
        if (wanted.cron().isEmpty()) {
            there.ifPresent(one -> changes.remove(caller, template));
        } else if (there.filter(one -> isThere(one, wanted)).isEmpty()) {
            changes.set(caller, template, wanted.cron(), wanted.zone(), wanted.whileRunning());
        }
        if (row.onFamily()) {
            changes.rebuild(caller, template, wanted.onBaseChange());
        }
    }

    /** To set anew what is there already would forget the run that waits. */
    private static boolean isThere(Schedules.Schedule one, ScheduleView.Form wanted) {
        return one.cron().equals(wanted.cron())
                && one.zone().equals(wanted.zone())
                && one.whileRunning().word().equals(wanted.whileRunning());
    }

    private static String text(HttpServletRequest request, String name) {
        return Optional.ofNullable(request.getParameter(name)).orElse("");
    }
}
