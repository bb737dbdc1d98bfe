package dev.kiln.api.template;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.signature.Caller;
import dev.kiln.template.TemplateId;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Lets a template reuse steps of earlier builds; the wire has no parameter for it. */
@RestController
class StepCacheController {

    private static final Duration LONGEST = Duration.ofDays(365);

    private final Templates templates;

    StepCacheController(Templates templates) {
        this.templates = templates;
    }

    /** The maximum age of a step; 0 switches the cache off. */
    record Age(@Nullable Long maximalAgeSeconds) {}

    /** The setting, which applies from the next build attempt on. */
    record Allowed(String templateId, long maximalAgeSeconds) {}

    @PutMapping("/api/v1/templates/{id}/step-cache")
    Allowed put(
            @RequestAttribute("dev.kiln.caller") Caller caller,
            @PathVariable("id") String id,
            @RequestBody Age wanted) {
        var seconds = wanted.maximalAgeSeconds();
        if (seconds == null || seconds < 0 || seconds > LONGEST.toSeconds()) {
            throw Refusals.invalid(
                    ErrorCode.invalid("MaximalAgeSeconds"),
                    "maximalAgeSeconds",
                    String.valueOf(seconds),
                    "it is a number from 0 to " + LONGEST.toSeconds());
        }
        if (!templates.setStepCacheAge(new TemplateId(id), caller.account(), Duration.ofSeconds(seconds))) {
            throw Refusals.templateNotFound(id);
        }
        return new Allowed(id, seconds);
    }
}
