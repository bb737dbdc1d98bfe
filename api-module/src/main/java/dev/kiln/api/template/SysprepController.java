package dev.kiln.api.template;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.signature.Caller;
import dev.kiln.template.Sysprep;
import dev.kiln.template.TemplateId;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Sets what a template's builds on disks remove at their end; the wire has no parameter for it. */
@RestController
class SysprepController {

    private final Templates templates;

    SysprepController(Templates templates) {
        this.templates = templates;
    }

    /** What to remove; anything not named stays. */
    record Wanted(@Nullable List<@Nullable String> removed) {}

    /** The setting, which applies from the next build attempt on. */
    record Holds(String templateId, List<String> removed) {}

    @PutMapping("/api/v1/templates/{id}/sysprep")
    Holds put(
            @RequestAttribute("dev.kiln.caller") Caller caller,
            @PathVariable("id") String id,
            @RequestBody Wanted wanted) {
        var removed = removed(wanted);
        if (!templates.setSysprep(new TemplateId(id), caller.account(), removed)) {
            throw Refusals.templateNotFound(id);
        }
        return new Holds(id, removed.stream().map(Sysprep::word).toList());
    }

    private static Set<Sysprep> removed(Wanted wanted) {
        if (wanted.removed() == null) {
            throw refused("null");
        }
        var removed = EnumSet.noneOf(Sysprep.class);
        for (var word : wanted.removed()) {
            removed.add(Sysprep.of(String.valueOf(word)).orElseThrow(() -> refused(String.valueOf(word))));
        }
        return removed;
    }

    private static RuntimeException refused(String given) {
        return Refusals.invalid(
                ErrorCode.invalid("Removed"),
                "removed",
                given,
                "it is a list of these: "
                        + Arrays.stream(Sysprep.values()).map(Sysprep::word).collect(Collectors.joining(", ")));
    }
}
