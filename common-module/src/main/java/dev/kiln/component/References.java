package dev.kiln.component;

import dev.kiln.template.BuildContentException;
import dev.kiln.template.TaskText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a task may refer to in double braces: parameters, and outputs of earlier tasks. A backslash before the braces
 * makes them literal.
 */
final class References {

    private static final String STDOUT = ".stdout";

    private final Map<String, ComponentParameter> parameters = new LinkedHashMap<>();
    private final List<String> tasks;
    private final Set<Integer> printing = new TreeSet<>();
    private final Set<Integer> used = new TreeSet<>();
    private int done;

    /** Takes the names of all tasks, to tell a later task from an unknown one. */
    References(List<ComponentParameter> parameters, List<String> tasks) {
        parameters.forEach(parameter -> this.parameters.put(parameter.name(), parameter));
        this.tasks = tasks;
    }

    /** Records that the next task has been read; tasks after it may use its output if it has one. */
    void taskIsRead(boolean prints) {
        done++;
        if (prints) {
            printing.add(done);
        }
    }

    /** Numbers of the tasks whose output is used. */
    Set<Integer> usedOutputs() {
        return used;
    }

    Set<String> parameterNames() {
        return parameters.keySet();
    }

    boolean isNumber(TaskText.Part part) {
        var known = part instanceof TaskText.Parameter parameter ? parameters.get(parameter.name()) : null;
        return known != null && known.type() == ComponentParameter.Type.NUMBER;
    }

    /** A reference found in a text, and where it ends. */
    record Found(TaskText.Part part, int end) {}

    /** The reference whose double braces open at this position. */
    Found at(YamlValue.Scalar scalar, int begin) throws BuildContentException {
        var text = scalar.text();
        int close = text.indexOf("}}", begin);
        var inside = close < 0 ? "" : text.substring(begin + 2, close);
        var name = inside.strip();
        if (name.isEmpty() || name.indexOf('{') >= 0 || name.indexOf('\n') >= 0) {
            throw YamlReader.refused(
                    scalar.lineOf(begin),
                    "has {{ without a name and }}",
                    "write {{name}}, {{task.stdout}}, or \\{{ for the braces");
        }
        return new Found(part(name, scalar, begin), close + 2);
    }

    private TaskText.Part part(String name, YamlValue.Scalar scalar, int begin) throws BuildContentException {
        if (parameters.containsKey(name)) {
            return new TaskText.Parameter(name);
        }
        if (!name.endsWith(STDOUT)) {
            throw refused(
                    name,
                    scalar.lineOf(begin),
                    "names no parameter",
                    "declare it below Parameters, or write \\{{ for braces that stand for themselves");
        }
        var task = name.substring(0, name.length() - STDOUT.length());
        int number = tasks.indexOf(task) + 1;
        if (number == 0) {
            throw refused(name, scalar.lineOf(begin), "names no task", "use the Name of an earlier task");
        }
        if (number > done) {
            throw refused(
                    name, scalar.lineOf(begin), "names a task that has not run yet", "change the order of the tasks");
        }
        if (!printing.contains(number)) {
            throw refused(name, scalar.lineOf(begin), "names a task without output", "only RunShellCommand has output");
        }
        used.add(number);
        return new TaskText.Output(number);
    }

    private static BuildContentException refused(String name, int line, String rule, String remedy) {
        return YamlReader.refused(line, "{{" + YamlReader.shown(name) + "}} " + rule, remedy);
    }

    /** A text outside of scripts: values replace references unquoted. */
    TaskText text(YamlValue.Scalar scalar) throws BuildContentException {
        var text = scalar.text();
        var parts = new ArrayList<TaskText.Part>();
        var literal = new StringBuilder();
        for (int i = 0; i < text.length(); ) {
            if (text.startsWith("\\{{", i)) {
                literal.append("{{");
                i += 3;
            } else if (text.startsWith("{{", i)) {
                var found = at(scalar, i);
                parts.add(new TaskText.Literal(literal.toString()));
                parts.add(found.part());
                literal.setLength(0);
                i = found.end();
            } else {
                literal.append(text.charAt(i++));
            }
        }
        parts.add(new TaskText.Literal(literal.toString()));
        parts.removeIf(
                part -> part instanceof TaskText.Literal piece && piece.text().isEmpty());
        return new TaskText(List.copyOf(parts));
    }
}
