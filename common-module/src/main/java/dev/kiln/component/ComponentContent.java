package dev.kiln.component;

import dev.kiln.template.BuildCommand;
import dev.kiln.template.BuildContent;
import dev.kiln.template.BuildContentException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a component does, after parsing: commands, or tasks with parameters (docs/build-content.md).
 *
 * @param commands values of parameters and outputs are still missing in tasks
 */
public record ComponentContent(List<ComponentParameter> parameters, List<BuildCommand> commands) {

    private static final Pattern YAML = Pattern.compile("(---|[{\"'%]|[A-Za-z]+:(\\s|$)|(Parameters|Tasks)\\b).*");

    /** Reads either form; the label stands before what people see of each command in the log. */
    public static ComponentContent parse(String text, String label) throws BuildContentException {
        BuildContent.check(text, BuildContent.Kind.COMPONENT);
        var first = text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .findFirst();
        if (first.isEmpty()) {
            throw new BuildContentException(
                    "MissingParameter.Content", "Content holds nothing; write commands, or Tasks in YAML");
        }
        if (YAML.matcher(first.get()).matches()) {
            return new TaskReader(label).read(YamlReader.read(text));
        }
        return new ComponentContent(List.of(), BuildContent.parse(text, BuildContent.Kind.COMPONENT, label + " "));
    }

    /** For messages. */
    String parameterNames() {
        return parameters.isEmpty()
                ? "none"
                : parameters.stream().map(ComponentParameter::name).collect(Collectors.joining(", "));
    }
}
