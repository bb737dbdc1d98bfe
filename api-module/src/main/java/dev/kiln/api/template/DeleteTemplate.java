package dev.kiln.api.template;

import static dev.kiln.api.operation.Parameter.REGION_ID;

import dev.kiln.api.doctor.Uploads;
import dev.kiln.api.error.ApiException;
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
import java.time.Duration;
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
            "Deletes a template with its executions and their logs. Images stay.",
            List.of(REGION_ID, ID),
            List.of(Refusals.EXECUTION_RUNNING, Refusals.TEMPLATE_NOT_FOUND),
            Done.SHAPE);

    // Most clients wait ten seconds for an answer.
    private static final Duration LONGEST = Duration.ofSeconds(5);

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
        var id = new TemplateId(call.get(ID));
        if (templates.hasLongHistory(id)) {
            deleteHistory(call, id);
        }
        var deleted = transaction.execute(status -> {
            var template = locked(call, id);
            delete(template);
            return template;
        });
        contexts.removeQuietly(deleted);
        return Done.DONE;
    }

    /** The template to delete, locked until the transaction ends. */
    private Template locked(Call call, TemplateId id) {
        // Lock first: then a start in progress has ended, and the query for running executions sees it.
        var template = templates
                .lock(id, call.account())
                .filter(found -> found.region().equals(call.get(REGION_ID)))
                .orElseThrow(() -> Refusals.templateNotFound(id.value()));
        if (templates.hasRunningExecution(id)) {
            throw Refusals.executionRunning(id);
        }
        return template;
    }

    /**
     * Removes a history that is too long for one statement part by part, over several requests if necessary. An
     * execution can start between two parts, which refuses the rest: then the template keeps its newest executions, and
     * everything else, its schedule too.
     */
    private void deleteHistory(Call call, TemplateId id) {
        var end = System.nanoTime() + LONGEST.toNanos();
        while (deletePart(call, id)) {
            if (System.nanoTime() > end) {
                throw new ApiException(
                        "ServiceUnavailable",
                        503,
                        "The template has a long history, of which a part is still to be removed. Send the request"
                                + " again: it goes on where this one ended.");
            }
        }
    }

    /** Removes a part of a long history, unless something runs; false if what is left is not long. */
    private boolean deletePart(Call call, TemplateId id) {
        return transaction.execute(status -> {
            locked(call, id);
            return templates.hasLongHistory(id) && templates.deletePartOfHistory(id);
        });
    }

    private void delete(Template template) {
        templates.delete(template.id());
        template.contextDigest()
                .ifPresent(digest ->
                        uploads.leave(template.region(), ImageKeys.context(template.id(), new Digest(digest))));
    }
}
