package dev.kiln.component;

import dev.kiln.template.BuildCommand;
import dev.kiln.template.BuildContent;
import dev.kiln.template.BuildContentException;
import dev.kiln.template.ComponentReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Expands a template's commands into steps: each COMPONENT command is replaced by the component's own commands. */
public final class Expansion {

    /** The maximum number of steps of one content, including those of components. */
    public static final int MOST_STEPS = 1000;

    private static final String REFUSED = "InvalidImageComponent.NotSupported";

    private final BuildContent.Kind kind;
    private final List<BuildCommand> steps = new ArrayList<>();

    private Expansion(BuildContent.Kind kind) {
        this.kind = kind;
    }

    /** The components that the COMPONENT commands name, in order. */
    public static List<ComponentReference> references(List<BuildCommand> commands) {
        return commands.stream()
                .filter(BuildCommand.Component.class::isInstance)
                .map(command -> ((BuildCommand.Component) command).reference())
                .toList();
    }

    /**
     * The steps, given the component of each reference; refuses a component that does not fit its COMPONENT command.
     */
    public static List<BuildCommand> of(List<BuildCommand> commands, List<Component> components, BuildContent.Kind kind)
            throws BuildContentException {
        var expansion = new Expansion(kind);
        var next = components.iterator();
        for (var command : commands) {
            if (command instanceof BuildCommand.Component named) {
                expansion.add(named, next.next());
            } else {
                expansion.steps.add(command);
            }
        }
        return List.copyOf(expansion.steps);
    }

    private void add(BuildCommand.Component command, Component component) throws BuildContentException {
        var fitting = kind == BuildContent.Kind.TEST ? Component.Type.TEST : Component.Type.BUILD;
        if (component.type() != fitting) {
            throw command.refused(
                    REFUSED,
                    "names a " + component.type().wireName() + " component",
                    "BuildContent takes Build components, TestContent takes Test components");
        }
        var content = ComponentContent.parse(component.content(), component.label());
        var values = values(command, content);
        int before = steps.size();
        if (before + content.commands().size() > MOST_STEPS) {
            throw command.refused(
                    "InvalidImageTemplateCommandSize.ExceededMaxNumber",
                    "leads to more than " + MOST_STEPS + " steps",
                    "use fewer components");
        }
        content.commands().forEach(each -> steps.add(bound(each, values, before)));
    }

    private static Map<String, String> values(BuildCommand.Component command, ComponentContent content)
            throws BuildContentException {
        var values = new LinkedHashMap<String, String>();
        for (var parameter : content.parameters()) {
            var given = command.arguments().get(parameter.name());
            if (given != null && !parameter.type().accepts(given)) {
                throw command.refused(
                        REFUSED,
                        "passes --" + parameter.name() + " what is no "
                                + parameter.type().wireName(),
                        "write " + parameter.type().example());
            }
            if (given == null && parameter.defaultValue().isEmpty()) {
                throw command.refused(
                        REFUSED, "does not pass --" + parameter.name() + ", which has no default", "pass it");
            }
            values.put(
                    parameter.name(), given == null ? parameter.defaultValue().orElseThrow() : given);
        }
        for (var name : command.arguments().keySet()) {
            if (!values.containsKey(name)) {
                throw command.refused(
                        REFUSED,
                        "passes --" + name + ", which is not a parameter of the component",
                        "its parameters: " + content.parameterNames());
            }
        }
        return values;
    }

    private static BuildCommand bound(BuildCommand command, Map<String, String> values, int before) {
        if (command instanceof BuildCommand.Script script) {
            return script.bound(values, before);
        }
        if (command instanceof BuildCommand.FromBucket download) {
            return download.bound(values, before);
        }
        if (command instanceof BuildCommand.ToBucket upload) {
            return upload.bound(values, before);
        }
        return command instanceof BuildCommand.Download download ? download.bound(values, before) : command;
    }
}
