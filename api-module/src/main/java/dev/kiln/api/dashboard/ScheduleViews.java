package dev.kiln.api.dashboard;

import dev.kiln.api.permission.ResourceType;
import dev.kiln.api.schedule.Rebuilds;
import dev.kiln.api.schedule.Schedules;
import dev.kiln.template.TemplateId;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Reads when templates start automatically, as far as a visitor can see it. */
@Component
final class ScheduleViews {

    private static final String SEE_SCHEDULE = "kiln:GetSchedule";
    private static final String SEE_REBUILD = "kiln:GetRebuild";

    // The form says all of it at once: whoever does not see what there is would take it away.
    private static final List<String> CHANGE = List.of(
            SEE_SCHEDULE,
            SEE_REBUILD,
            "kiln:SetSchedule",
            "kiln:DeleteSchedule",
            "kiln:SetRebuild",
            "ecs:StartImagePipelineExecution");

    private final Schedules schedules;
    private final Rebuilds rebuilds;

    ScheduleViews(Schedules schedules, Rebuilds rebuilds) {
        this.schedules = schedules;
        this.rebuilds = rebuilds;
    }

    ScheduleView of(Visitor visitor, ShownTemplates.Row row) {
        var template = new TemplateId(row.id());
        return ScheduleView.of(
                visitor.may(SEE_SCHEDULE, ResourceType.TEMPLATE, row) ? schedules.find(template) : Optional.empty(),
                visitor.may(SEE_REBUILD, ResourceType.TEMPLATE, row) ? rebuilds.find(template) : Optional.empty(),
                row.onFamily(),
                mayChange(visitor, row));
    }

    static boolean mayChange(Visitor visitor, ShownTemplates.Row row) {
        return CHANGE.stream().allMatch(action -> visitor.mayChange(action, ResourceType.TEMPLATE, row));
    }
}
