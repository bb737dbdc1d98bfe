package dev.kiln.api.execution;

import dev.kiln.account.AccountId;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.image.BucketObjects;
import dev.kiln.api.image.Images;
import dev.kiln.api.metric.RequestTraces;
import dev.kiln.api.operation.Call;
import dev.kiln.api.rpc.ClientTokens;
import dev.kiln.api.rpc.NewId;
import dev.kiln.api.template.TemplateImport;
import dev.kiln.api.template.TemplateSources;
import dev.kiln.api.template.Templates;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.Executions;
import dev.kiln.region.RegionId;
import dev.kiln.template.Tag;
import dev.kiln.template.Template;
import dev.kiln.template.TemplateId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** The slow path of a start: makes each check by itself and refuses with the reason. */
@Component
class CheckedStart {

    static final ErrorCode BASE_IMAGE_NOT_FOUND =
            new ErrorCode("InvalidImagePipeline.BaseImageNotFound", 404, "the template's base image no longer exists");

    private final ClientTokens tokens;
    private final Templates templates;
    private final TemplateSources sources;
    private final TemplateImport imports;
    private final Executions executions;
    private final GivenParameters parameters;

    CheckedStart(
            ClientTokens tokens,
            Templates templates,
            TemplateSources sources,
            TemplateImport imports,
            Executions executions,
            GivenParameters parameters) {
        this.tokens = tokens;
        this.templates = templates;
        this.sources = sources;
        this.imports = imports;
        this.executions = executions;
        this.parameters = parameters;
    }

    ExecutionId start(Call call, GatheredStarts.Wanted wanted) {
        var base = base(wanted.template(), call.account());
        return new ExecutionId(tokens.once(call, NewId.execution().value(), newId -> {
            var held = templates
                    .hold(wanted.template(), call.account())
                    .filter(found -> found.region().equals(wanted.region()))
                    .orElseThrow(
                            () -> Refusals.templateNotFound(wanted.template().value()));
            return start(held, base, new ExecutionId(newId), wanted.tags(), Map.of());
        }));
    }

    /**
     * Starts an execution of the account's template with values for its parameters.
     *
     * @param asked its digest covers the values
     */
    ExecutionId start(ClientTokens.Asked asked, TemplateId template, Map<String, String> given) {
        var base = base(template, asked.account());
        return new ExecutionId(tokens.once(asked, NewId.execution().value(), newId -> {
            var held = templates
                    .hold(template, asked.account())
                    .orElseThrow(() -> Refusals.templateNotFound(template.value()));
            return start(held, base, new ExecutionId(newId), List.of(), given);
        }));
    }

    /** The region of the account's template. */
    Optional<RegionId> region(TemplateId template, AccountId account) {
        return templates.find(template, account).map(Template::region);
    }

    /**
     * The object that the template imports, if it imports one; looked for before the transaction of the start begins. A
     * template's object never changes.
     */
    private Optional<Supplier<Images.Import>> base(TemplateId id, AccountId account) {
        return templates
                .find(id, account)
                .filter(CheckedStart::isImported)
                .map(template -> BucketObjects.looked(() -> imports.require(template)));
    }

    private static boolean isImported(Template template) {
        return template.baseImageType() == Template.BaseImageType.OSS;
    }

    private String start(
            Template template,
            Optional<Supplier<Images.Import>> base,
            ExecutionId id,
            List<Tag> tags,
            Map<String, String> given) {
        var values = parameters.of(template.id(), given);
        sources.require(
                template,
                () -> BASE_IMAGE_NOT_FOUND.because("The BaseImage of the specified ImagePipeline is not found."));
        var from = Optional.of(template)
                .filter(CheckedStart::isImported)
                // Without a base it was made after that look.
                .map(one -> base.orElseThrow(
                                () -> Refusals.templateNotFound(template.id().value()))
                        .get());
        var started = executions
                .start(id, NewId.image(), template.id(), template.account(), tags, RequestTraces.place())
                .orElseThrow(() -> Refusals.executionRunning(template.id()));
        parameters.keep(started, values);
        from.ifPresent(object -> imports.begin(template, started, object));
        return started.value();
    }
}
