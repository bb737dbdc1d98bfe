package dev.kiln.api.template;

import dev.kiln.api.ApiSettings;
import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.rest.UploadBody;
import dev.kiln.api.signature.Caller;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageKeys;
import dev.kiln.image.archive.ArchiveInspector;
import dev.kiln.image.archive.ArchiveRefusedException;
import dev.kiln.region.RegionStore;
import dev.kiln.region.Regions;
import dev.kiln.region.StoreKey;
import dev.kiln.region.StoredObject;
import dev.kiln.template.Template;
import dev.kiln.template.TemplateId;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Optional;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RestController;

/** Takes the tar archive that a template's COPY commands read from. */
@RestController
class ContextController {

    private final Templates templates;
    private final Regions regions;
    private final ArchiveInspector inspector;
    private final TransactionTemplate transaction;
    private final ApiSettings settings;

    ContextController(
            Templates templates,
            Regions regions,
            ArchiveInspector inspector,
            TransactionTemplate transaction,
            ApiSettings settings) {
        this.templates = templates;
        this.regions = regions;
        this.inspector = inspector;
        this.transaction = transaction;
        this.settings = settings;
    }

    /** A context that was taken. */
    record Taken(String templateId, String digest, long bytes) {}

    @PutMapping("/api/v1/templates/{id}/context")
    Taken put(
            @RequestAttribute("dev.kiln.caller") Caller caller,
            @PathVariable("id") String id,
            HttpServletRequest request)
            throws IOException {
        var template =
                templates.find(new TemplateId(id), caller.account()).orElseThrow(() -> Refusals.templateNotFound(id));
        refuseWhileRunning(template);
        var store = regions.find(template.region()).orElseThrow(() -> Refusals.regionAway(template.region()));
        var body = UploadBody.of(request, settings.uploadLimit());
        var key = ImageKeys.context(template.id(), body.expected());
        var known = template.contextDigest().equals(Optional.of(body.expected().value()));
        var stored = body.storeIn(store, key, bytes -> {});
        var taken = false;
        try {
            inspect(store, key);
            transaction.executeWithoutResult(status -> replace(template, caller, store, stored));
            taken = true;
        } finally {
            if (!taken && !known) {
                Contexts.removeQuietly(store, key);
            }
        }
        return new Taken(id, stored.digest().value(), stored.bytes());
    }

    private void replace(Template before, Caller caller, RegionStore store, StoredObject stored) {
        var template = templates
                .lock(before.id(), caller.account())
                .orElseThrow(() -> Refusals.templateNotFound(before.id().value()));
        refuseWhileRunning(template);
        templates.setContext(template.id(), stored.digest().value());
        template.contextDigest()
                .filter(old -> !old.equals(stored.digest().value()))
                .ifPresent(old -> Contexts.removeQuietly(store, ImageKeys.context(template.id(), new Digest(old))));
    }

    private void refuseWhileRunning(Template template) {
        if (templates.hasRunningExecution(template.id())) {
            throw new ApiException(
                    "InvalidImagePipeline.HasRunningExecution",
                    409,
                    "The template has a running execution, which reads the context. Wait until it has ended.");
        }
    }

    private void inspect(RegionStore store, StoreKey key) {
        try {
            inspector.inspect(offset -> store.open(key, offset));
        } catch (ArchiveRefusedException e) {
            throw new ApiException("InvalidArchive", 422, e.getMessage());
        } catch (IOException e) {
            throw Refusals.regionAway(store.region());
        }
    }
}
