package dev.kiln.api.template;

import static dev.kiln.api.template.ContentCodes.COMPONENT_NOT_SUPPORTED;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.component.Component;
import dev.kiln.component.Components;
import dev.kiln.component.Expansion;
import dev.kiln.template.BuildContent;
import dev.kiln.template.BuildContentException;
import dev.kiln.template.ComponentReference;
import dev.kiln.template.Template;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Service;

/** The components that a template's contents use. */
@Service
class TemplateComponents {

    static final ErrorCode NOT_FOUND =
            new ErrorCode("ImageComponent.NotFound", 404, "a component that the template names does not exist");

    private final Components components;

    TemplateComponents(Components components) {
        this.components = components;
    }

    /**
     * Refuses unless each component exists and fits its command; protects them against deletion until the transaction
     * ends.
     */
    void require(Template template) {
        for (var kind : List.of(BuildContent.Kind.BUILD, BuildContent.Kind.TEST)) {
            try {
                var commands = BuildContent.parse(content(template, kind), kind);
                var found = new ArrayList<Component>();
                for (var reference : Expansion.references(commands)) {
                    found.add(find(reference, template));
                }
                Expansion.of(commands, found, kind);
            } catch (BuildContentException e) {
                throw ContentCodes.refusal(e);
            }
        }
    }

    /** Records the components that a template uses, which was stored in this transaction. */
    void use(Template template) {
        for (var kind : List.of(BuildContent.Kind.BUILD, BuildContent.Kind.TEST)) {
            try {
                var references = Expansion.references(BuildContent.parse(content(template, kind), kind));
                components.use(template.id(), template.region(), kind, references);
            } catch (BuildContentException e) {
                throw ContentCodes.refusal(e);
            }
        }
    }

    private static String content(Template template, BuildContent.Kind kind) {
        return kind == BuildContent.Kind.BUILD ? template.buildContent() : template.testContent();
    }

    private Component find(ComponentReference reference, Template template) {
        var found = components
                .resolve(reference, template.account(), template.region())
                .orElseThrow(() -> notFound(reference, template));
        if (found.isForWindows()) {
            throw COMPONENT_NOT_SUPPORTED.because("The specified component " + Refusals.quoted(found.label())
                    + " has SystemType Windows, and images are Linux. Name a component with SystemType Linux.");
        }
        return found;
    }

    private static ApiException notFound(ComponentReference reference, Template template) {
        return NOT_FOUND.because("The specified component " + Refusals.quoted(reference.toString())
                + " does not exist in " + template.region() + " for this account.");
    }
}
