package dev.kiln.component;

import dev.kiln.template.BuildCommand;
import dev.kiln.template.BuildContent;
import dev.kiln.template.BuildContentException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a component does, parsed: commands, or tasks with parameters (docs/build-content.md).
 *
 * @param commands tasks still lack the values of parameters and outputs
 */
public record ComponentContent(List<ComponentParameter> parameters, List<BuildCommand> commands) {

    private static final Pattern YAML = Pattern.compile("(---|[{\"'%]|[A-Za-z]+:(\\s|$)|(Parameters|Tasks)\\b).*");

    /** Parses either form; the label precedes each command's text in the log. */
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

    /** The names of all parameters, for messages. */
    String parameterNames() {
        return parameters.isEmpty()
                ? "none"
                : parameters.stream().map(ComponentParameter::name).collect(Collectors.joining(", "));
    }
}
