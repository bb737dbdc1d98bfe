package dev.kiln.api.template;

import static dev.kiln.api.operation.Parameter.REGION_ID;

import dev.kiln.api.doctor.Uploads;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Done;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageKeys;
import dev.kiln.template.Template;
import dev.kiln.template.TemplateId;
import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** DeleteImagePipeline. */
@Component
class DeleteTemplate implements Operation<Done> {

    private static final Parameter<String> ID =
            Parameter.text("ImagePipelineId").required();

    private static final Declaration<Done> DECLARATION = new Declaration<>(
            "DeleteImagePipeline",
            "Removes a template, its executions and their logs; images stay.",
            List.of(REGION_ID, ID),
            List.of(Refusals.EXECUTION_RUNNING, Refusals.TEMPLATE_NOT_FOUND),
            Done.SHAPE);

    private final Templates templates;
    private final Contexts contexts;
    private final Uploads uploads;
    private final TransactionTemplate transaction;

    DeleteTemplate(Templates templates, Contexts contexts, Uploads uploads, TransactionTemplate transaction) {
        this.templates = templates;
        this.contexts = contexts;
        this.uploads = uploads;
        this.transaction = transaction;
    }

    @Override
    public Declaration<Done> declaration() {
        return DECLARATION;
    }

    @Override
    public Done run(Call call) {
        var region = call.get(REGION_ID);
        var id = new TemplateId(call.get(ID));
        var deleted = transaction.execute(status -> {
            // The lock first: a start that is under way has ended, and is seen, before we look for running ones.
            var template = templates
                    .lock(id, call.account())
                    .filter(found -> found.region().equals(region))
                    .orElseThrow(() -> Refusals.templateNotFound(id.value()));
            delete(template);
            return template;
        });
        contexts.removeQuietly(deleted);
        return Done.DONE;
    }

    private void delete(Template template) {
        if (templates.hasRunningExecution(template.id())) {
            throw Refusals.executionRunning(template.id());
        }
        templates.delete(template.id());
        template.contextDigest()
                .ifPresent(digest ->
                        uploads.leave(template.region(), ImageKeys.context(template.id(), new Digest(digest))));
    }
}
