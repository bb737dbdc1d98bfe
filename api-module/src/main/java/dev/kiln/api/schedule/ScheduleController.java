package dev.kiln.api.schedule;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.signature.Caller;
import dev.kiln.api.template.Templates;
import dev.kiln.template.Template;
import dev.kiln.template.TemplateId;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** When a template starts automatically; the wire has no operation for it. */
@RestController
@RequestMapping("/api/v1/templates/{id}")
class ScheduleController {

    private final Templates templates;
    private final Schedules schedules;
    private final Rebuilds rebuilds;
    private final ScheduleChanges changes;

    ScheduleController(Templates templates, Schedules schedules, Rebuilds rebuilds, ScheduleChanges changes) {
        this.templates = templates;
        this.schedules = schedules;
        this.rebuilds = rebuilds;
        this.changes = changes;
    }

    /** A requested schedule. */
    record WantedSchedule(
            @Nullable String cron,
            @Nullable String timeZone,
            @Nullable String whileRunning,
            @JsonAnySetter @Nullable Map<String, Object> unknown) {}

    /** A schedule, its next run, and the outcome of its last one. */
    record ShownSchedule(
            String templateId,
            String cron,
            String timeZone,
            String whileRunning,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) Optional<Instant> nextAt,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) Optional<Instant> waitsSince,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) Optional<LastRun> last) {

        private static ShownSchedule of(String id, Schedules.Schedule schedule) {
            return new ShownSchedule(
                    id,
                    schedule.cron(),
                    schedule.zone(),
                    schedule.whileRunning().word(),
                    schedule.nextAt(),
                    schedule.waitsSince(),
                    schedule.last());
        }
    }

    @GetMapping("/schedule")
    ShownSchedule schedule(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String id) {
        var template = find(caller, id).id();
        return ShownSchedule.of(id, schedules.find(template).orElseThrow(() -> ScheduleChanges.notFound(template)));
    }

    private Template find(Caller caller, String id) {
        return templates.find(new TemplateId(id), caller.account()).orElseThrow(() -> Refusals.templateNotFound(id));
    }

    @PutMapping("/schedule")
    ShownSchedule setSchedule(
            @RequestAttribute("dev.kiln.caller") Caller caller,
            @PathVariable("id") String id,
            @RequestBody WantedSchedule wanted) {
        refuseUnknown(wanted.unknown());
        var set = changes.set(
                caller, new TemplateId(id), text(wanted.cron()), text(wanted.timeZone()), text(wanted.whileRunning()));
        return ShownSchedule.of(id, set);
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    private static void refuseUnknown(@Nullable Map<String, Object> members) {
        if (members != null && !members.isEmpty()) {
            throw ErrorCode.INVALID_PARAMETER.because("The body has a member "
                    + Refusals.quoted(members.keySet().iterator().next()) + ", which is not known. Leave it out.");
        }
    }

    @DeleteMapping("/schedule")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void removeSchedule(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String id) {
        changes.remove(caller, new TemplateId(id));
    }

    /** Whether the template is to be rebuilt. */
    record WantedRebuild(
            @Nullable Boolean onBaseChange,
            @JsonAnySetter @Nullable Map<String, Object> unknown) {}

    /**
     * Whether a template is rebuilt when its base image changes.
     *
     * @param baseImageId the newest image of the family that was decided on
     */
    record ShownRebuild(
            String templateId,
            boolean onBaseChange,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) Optional<String> baseImageId,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) Optional<LastRun> last) {}

    @GetMapping("/rebuild")
    ShownRebuild rebuild(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String id) {
        var rebuild = rebuilds.find(find(caller, id).id());
        return new ShownRebuild(
                id,
                rebuild.isPresent(),
                rebuild.flatMap(Rebuilds.Rebuild::baseImageId),
                rebuild.flatMap(Rebuilds.Rebuild::last));
    }

    @PutMapping("/rebuild")
    ShownRebuild setRebuild(
            @RequestAttribute("dev.kiln.caller") Caller caller,
            @PathVariable("id") String id,
            @RequestBody WantedRebuild wanted) {
        refuseUnknown(wanted.unknown());
        var onBaseChange = wanted.onBaseChange();
        if (onBaseChange == null) {
            throw Refusals.invalid(ErrorCode.invalid("Rebuild"), "onBaseChange", "null", "it is true or false");
        }
        changes.rebuild(caller, new TemplateId(id), onBaseChange);
        return rebuild(caller, id);
    }
}
