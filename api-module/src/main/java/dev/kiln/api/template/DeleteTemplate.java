package dev.kiln.api.template;

import dev.kiln.api.doctor.Uploads;
import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.rpc.Answer;
import dev.kiln.api.rpc.Call;
import dev.kiln.api.rpc.Operation;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageKeys;
import dev.kiln.template.Template;
import dev.kiln.template.TemplateId;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** DeleteImagePipeline. */
@Component
class DeleteTemplate implements Operation {

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
    public String name() {
        return "DeleteImagePipeline";
    }

    @Override
    public Answer run(Call call) {
        var region = call.parameters().region();
        var id = new TemplateId(call.parameters().required("ImagePipelineId"));
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
        return new Answer();
    }

    private void delete(Template template) {
        if (templates.hasRunningExecution(template.id())) {
            throw new ApiException(
                    "InvalidImagePipeline.HasRunningExecution",
                    403,
                    "The specified image pipeline " + template.id()
                            + " has a running execution. Cancel it, or wait until it has ended.");
        }
        templates.delete(template.id());
        template.contextDigest()
                .ifPresent(digest ->
                        uploads.leave(template.region(), ImageKeys.context(template.id(), new Digest(digest))));
    }
}
