package dev.kiln.component;

import dev.kiln.component.YamlValue.Mapping;
import dev.kiln.component.YamlValue.Scalar;
import dev.kiln.component.YamlValue.Sequence;
import dev.kiln.template.BuildContent;
import dev.kiln.template.BuildContentException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads a component's YAML: its parameters, then its tasks in order. */
final class TaskReader {

    private static final Pattern PARAMETER = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0,63}");
    private static final Pattern TASK = Pattern.compile("[\\p{L}\\p{N}_][\\p{L}\\p{N} ._-]{0,63}");

    private final String label;

    /** The label precedes the names of tasks in the log. */
    TaskReader(String label) {
        this.label = label;
    }

    ComponentContent read(YamlValue document) throws BuildContentException {
        var root = mapping(document, "the document");
        checkKeys(root, "the document", Set.of("Parameters", "Tasks"));
        var parameters = parameters(root.entries().get("Parameters"));
        if (!(root.entries().get("Tasks") instanceof Sequence tasks)
                || tasks.items().isEmpty()) {
            throw YamlReader.refused(
                    root.line(), "Tasks is not a list of tasks", "write Tasks: and at least one - Name:");
        }
        if (tasks.items().size() > BuildContent.MOST_COMMANDS) {
            throw YamlReader.refused(
                    "InvalidImageTemplateCommandSize.ExceededMaxNumber",
                    tasks.line(),
                    "Tasks has " + tasks.items().size() + " of at most " + BuildContent.MOST_COMMANDS,
                    "join some of them");
        }
        var names = names(tasks);
        var actions = new TaskActions(new References(parameters, names), label);
        for (int i = 0; i < names.size(); i++) {
            actions.read(names.get(i), mapping(tasks.items().get(i), "a task"));
        }
        return new ComponentContent(parameters, actions.commands());
    }

    private static List<ComponentParameter> parameters(@org.jspecify.annotations.Nullable YamlValue value)
            throws BuildContentException {
        var parameters = new ArrayList<ComponentParameter>();
        if (value == null) {
            return parameters;
        }
        var variables = new HashMap<String, String>();
        for (var entry : mapping(value, "Parameters").entries().entrySet()) {
            var name = entry.getKey();
            int line = entry.getValue().line();
            if (!PARAMETER.matcher(name).matches()) {
                throw YamlReader.refused(
                        line, "the parameter \"" + YamlReader.shown(name) + "\" has no valid name", "use " + PARAMETER);
            }
            var other = variables.put(ShellScript.variable(name), name);
            if (other != null) {
                throw YamlReader.refused(
                        line, name + " and " + other + " are one name for a shell", "rename one of them");
            }
            parameters.add(parameter(name, mapping(entry.getValue(), "parameter " + name)));
        }
        return List.copyOf(parameters);
    }

    private static ComponentParameter parameter(String name, Mapping declared) throws BuildContentException {
        var what = "parameter " + name;
        checkKeys(declared, what, Set.of("Type", "DefaultValue"));
        var type = type(what, text(declared, "Type", what));
        if (!declared.entries().containsKey("DefaultValue")) {
            return new ComponentParameter(name, type, Optional.empty());
        }
        var value = text(declared, "DefaultValue", what);
        if (!type.accepts(value.text())) {
            throw YamlReader.refused(
                    value.line(),
                    "DefaultValue \"" + YamlReader.shown(value.text()) + "\" of " + what + " is no " + type.wireName(),
                    "write " + type.example());
        }
        return new ComponentParameter(name, type, Optional.of(value.text()));
    }

    private static ComponentParameter.Type type(String what, Scalar given) throws BuildContentException {
        for (var type : ComponentParameter.Type.values()) {
            if (type.wireName().equals(given.text())) {
                return type;
            }
        }
        throw YamlReader.refused(
                given.line(),
                "Type \"" + YamlReader.shown(given.text()) + "\" of " + what + " is unknown",
                "use String, Number or Boolean");
    }

    private static List<String> names(Sequence tasks) throws BuildContentException {
        var names = new LinkedHashSet<String>();
        for (var item : tasks.items()) {
            var task = mapping(item, "a task");
            checkKeys(task, "the task", Set.of("Name", "Action", "Properties"));
            var name = text(task, "Name", "the task");
            if (!TASK.matcher(name.text()).matches()) {
                throw YamlReader.refused(
                        name.line(),
                        "the task \"" + YamlReader.shown(name.text()) + "\" has no valid name",
                        "use at most 64 letters, digits, blanks, '.', '_' and '-'");
            }
            if (!names.add(name.text())) {
                throw YamlReader.refused(name.line(), "two tasks are called " + name.text(), "rename one of them");
            }
        }
        return List.copyOf(names);
    }

    static Mapping mapping(YamlValue value, String what) throws BuildContentException {
        if (value instanceof Mapping mapping) {
            return mapping;
        }
        throw YamlReader.refused(value.line(), what + " is not a mapping", "write key: value lines");
    }

    static void checkKeys(Mapping mapping, String what, Set<String> known) throws BuildContentException {
        for (var entry : mapping.entries().entrySet()) {
            if (!known.contains(entry.getKey())) {
                throw YamlReader.refused(
                        entry.getValue().line(),
                        "\"" + YamlReader.shown(entry.getKey()) + "\" is unknown in " + what,
                        "remove it; known are "
                                + String.join(", ", known.stream().sorted().toList()));
            }
        }
    }

    /** A required value. */
    static Scalar text(Mapping mapping, String key, String what) throws BuildContentException {
        var value = mapping.entries().get(key);
        if (value == null) {
            throw YamlReader.refused(mapping.line(), what + " has no " + key, "add it");
        }
        if (!(value instanceof Scalar scalar)) {
            throw YamlReader.refused(value.line(), key + " of " + what + " is not text", "write one value");
        }
        if (scalar.plain() && scalar.text().isEmpty()) {
            throw YamlReader.refused(value.line(), key + " of " + what + " is empty", "write a value, '' for no text");
        }
        return scalar;
    }

    /** An optional value. */
    static Optional<Scalar> optional(Mapping mapping, String key, String what) throws BuildContentException {
        return mapping.entries().containsKey(key) ? Optional.of(text(mapping, key, what)) : Optional.empty();
    }
}
