package dev.kiln.api.schedule;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import dev.kiln.api.permission.ResourceType;
import dev.kiln.api.signature.Caller;
import dev.kiln.api.template.DeclaredParameters;
import dev.kiln.api.template.Templates;
import dev.kiln.template.Template;
import dev.kiln.template.TemplateId;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Sets when templates start automatically. The caller must be allowed to start them: a schedule does later, and
 * repeatedly, what the caller could do by hand.
 */
@Component
public final class ScheduleChanges {

    private static final String START = "ecs:StartImagePipelineExecution";

    private final Templates templates;
    private final DeclaredParameters parameters;
    private final Schedules schedules;
    private final Rebuilds rebuilds;
    private final Clock clock;
    private final TransactionTemplate transaction;

    ScheduleChanges(
            Templates templates,
            DeclaredParameters parameters,
            Schedules schedules,
            Rebuilds rebuilds,
            Clock clock,
            TransactionTemplate transaction) {
        this.templates = templates;
        this.parameters = parameters;
        this.schedules = schedules;
        this.rebuilds = rebuilds;
        this.clock = clock;
        this.transaction = transaction;
    }

    /**
     * Replaces the template's schedule.
     *
     * @param zone name of the time zone; empty for UTC
     * @param whileRunning {@code skip} or {@code queue}; empty for {@code skip}
     */
    public Schedules.Schedule set(Caller caller, TemplateId id, String cron, String zone, String whileRunning) {
        var wanted = checked(cron.strip(), zone.isEmpty() ? "UTC" : zone, whileRunning);
        var now = clock.instant();
        var first = CronTimes.of(wanted.cron(), CronTimes.zone(wanted.zone()))
                .after(now)
                .orElseThrow(() -> invalid("Cron", "cron", cron, "no such time comes"));
        change(caller, id, template -> {
            requireDefaults(template);
            schedules.set(id, wanted, first, now);
        });
        return schedules.find(id).orElseThrow(() -> notFound(id));
    }

    private static Schedules.Wanted checked(String cron, String zone, String whileRunning) {
        try {
            CronTimes.zone(zone);
        } catch (IllegalArgumentException e) {
            throw invalid("TimeZone", "timeZone", zone, String.valueOf(e.getMessage()));
        }
        try {
            CronTimes.of(cron, CronTimes.zone(zone));
        } catch (IllegalArgumentException e) {
            throw invalid("Cron", "cron", cron, String.valueOf(e.getMessage()));
        }
        var running = WhileRunning.find(whileRunning.isEmpty() ? WhileRunning.SKIP.word() : whileRunning)
                .orElseThrow(() -> invalid("WhileRunning", "whileRunning", whileRunning, "it is skip or queue"));
        return new Schedules.Wanted(cron, zone, running);
    }

    private static RuntimeException invalid(String code, String member, String value, String rule) {
        return Refusals.invalid(ErrorCode.invalid(code), member, value, rule);
    }

    /** Removes the template's schedule, and a waiting run. */
    public void remove(Caller caller, TemplateId id) {
        var removed = transaction.execute(
                status -> schedules.remove(locked(caller, id).id()));
        if (!Objects.requireNonNull(removed)) {
            throw notFound(id);
        }
    }

    private Template locked(Caller caller, TemplateId id) {
        return templates.lock(id, caller.account()).orElseThrow(() -> Refusals.templateNotFound(id.value()));
    }

    /** Sets whether the template is rebuilt when its base image changes, from now on. */
    public void rebuild(Caller caller, TemplateId id, boolean onBaseChange) {
        if (!onBaseChange) {
            transaction.executeWithoutResult(
                    status -> rebuilds.remove(locked(caller, id).id()));
            return;
        }
        change(caller, id, template -> {
            if (template.baseImageType() != Template.BaseImageType.IMAGE_FAMILY) {
                throw RestCodes.UNATTENDED.because("The base image of template " + id + " never changes: the template"
                        + " names "
                        + (template.baseImageType() == Template.BaseImageType.OSS
                                ? "an object that" + " each execution imports anew"
                                : "one image")
                        + ". Make a template of BaseImageType"
                        + " IMAGE_FAMILY, or give it a schedule.");
            }
            requireDefaults(template);
            rebuilds.add(id, clock.instant());
        });
    }

    private void change(Caller caller, TemplateId id, Consumer<Template> change) {
        transaction.executeWithoutResult(status -> {
            var template = locked(caller, id);
            // A key that is not allowed to start the template must not have it started.
            caller.require(
                    START,
                    List.of(ResourceType.TEMPLATE.name(template.region().value(), caller.account(), id.value())));
            change.accept(template);
        });
    }

    private void requireDefaults(Template template) {
        parameters.of(template.id()).stream()
                .filter(parameter -> parameter.byDefault().isEmpty())
                .findFirst()
                .ifPresent(parameter -> {
                    throw RestCodes.UNATTENDED.because("Parameter " + parameter.name() + " of template "
                            + template.id() + " has no default, and nobody says its value when the template starts by"
                            + " itself. Give it a default by PUT /api/v1/templates/" + template.id() + "/parameters.");
                });
    }

    static RuntimeException notFound(TemplateId id) {
        return RestCodes.SCHEDULE_NOT_FOUND.because("Template " + id + " has no schedule.");
    }
}
