package dev.kiln.api.template;

import dev.kiln.api.ApiSettings;
import dev.kiln.api.doctor.Uploads;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import dev.kiln.api.rest.UploadBody;
import dev.kiln.api.signature.Caller;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageKeys;
import dev.kiln.image.archive.ArchiveInspector;
import dev.kiln.image.archive.ArchiveRefusedException;
import dev.kiln.image.archive.XzBusyException;
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

/** Uploads the tar archive that a template's COPY commands read from. */
@RestController
class ContextController {

    private final Templates templates;
    private final Regions regions;
    private final ArchiveInspector inspector;
    private final TransactionTemplate transaction;
    private final Uploads uploads;
    private final ApiSettings settings;

    ContextController(
            Templates templates,
            Regions regions,
            ArchiveInspector inspector,
            TransactionTemplate transaction,
            Uploads uploads,
            ApiSettings settings) {
        this.templates = templates;
        this.regions = regions;
        this.inspector = inspector;
        this.transaction = transaction;
        this.uploads = uploads;
        this.settings = settings;
    }

    /** The context that was uploaded. */
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
        var intent = uploads.begin(store.region(), key);
        var taken = false;
        try {
            var stored = body.storeIn(store, key, bytes -> {});
            inspect(store, key, stored.digest());
            var before = transaction.execute(status -> replace(template, store, stored));
            taken = true;
            uploads.end(intent);
            before.contextDigest().ifPresent(old -> discard(template, store, new Digest(old)));
            return new Taken(id, stored.digest().value(), stored.bytes());
        } finally {
            if (!taken) {
                uploads.release(intent);
                discard(template, store, body.expected());
            }
        }
    }

    /** Makes the template use the new context; returns the template as it was before. */
    private Template replace(Template known, RegionStore store, StoredObject stored) {
        var template = templates
                .lock(known.id(), known.account())
                .orElseThrow(() -> Refusals.templateNotFound(known.id().value()));
        refuseWhileRunning(template);
        requireStored(template, store, stored.digest());
        templates.setContext(template.id(), stored.digest().value());
        template.contextDigest()
                .map(Digest::new)
                .filter(old -> !old.equals(stored.digest()))
                .ifPresent(old -> uploads.leave(store.region(), ImageKeys.context(template.id(), old)));
        return template;
    }

    /**
     * Refuses if the bytes are gone: a failed upload of the same bytes may have removed them after ours stored them.
     */
    private static void requireStored(Template template, RegionStore store, Digest digest) {
        try {
            if (store.find(ImageKeys.context(template.id(), digest), digest).isPresent()) {
                return;
            }
        } catch (IOException e) {
            throw Refusals.regionAway(store.region());
        }
        throw RestCodes.CONFLICT.because("The same context was uploaded twice at once. Try again.");
    }

    /**
     * Removes a context unless the template uses it; under the template's lock, because another upload may be making it
     * so.
     */
    private void discard(Template template, RegionStore store, Digest digest) {
        transaction.executeWithoutResult(status -> {
            var used = templates.lock(template.id(), template.account()).flatMap(Template::contextDigest);
            if (!used.equals(Optional.of(digest.value()))) {
                Contexts.removeQuietly(store, ImageKeys.context(template.id(), digest));
            }
        });
    }

    private void refuseWhileRunning(Template template) {
        if (templates.hasRunningExecution(template.id())) {
            throw RestCodes.RUNNING.because(
                    "The template has a running execution, which reads the context. Wait until it has ended.");
        }
    }

    private void inspect(RegionStore store, StoreKey key, Digest digest) {
        try {
            inspector.inspectContext(offset -> store.open(key, digest, offset));
        } catch (ArchiveRefusedException e) {
            throw RestCodes.INVALID_ARCHIVE.because(e.getMessage());
        } catch (XzBusyException e) {
            throw Refusals.xzBusy();
        } catch (IOException e) {
            throw Refusals.regionAway(store.region());
        }
    }
}
