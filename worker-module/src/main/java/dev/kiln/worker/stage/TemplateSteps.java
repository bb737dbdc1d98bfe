package dev.kiln.worker.stage;

import dev.kiln.component.Expansion;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.Failure;
import dev.kiln.template.BuildCommand;
import dev.kiln.template.BuildContent;
import dev.kiln.template.BuildContentException;
import java.util.List;

/** The steps of an execution: its template's commands and those of the components that they name. */
public final class TemplateSteps {

    private final ChosenComponents components;

    public TemplateSteps(ChosenComponents components) {
        this.components = components;
    }

    /** The steps, which are the same for every attempt. */
    List<BuildCommand> of(Attempt attempt, BuildContent.Kind kind) throws StageFailedException {
        var template = attempt.template();
        var text = kind == BuildContent.Kind.TEST ? template.testContent() : template.buildContent();
        try {
            var commands = BuildContent.parse(text, kind);
            return Expansion.of(commands, components.of(attempt, kind, Expansion.references(commands)), kind);
        } catch (BuildContentException e) {
            throw new StageFailedException(new Failure(e.code(), e.getMessage()));
        }
    }
}
