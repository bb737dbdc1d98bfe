package dev.kiln.cli;

import static dev.kiln.cli.TemplateCommands.text;

import java.io.PrintStream;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** A new key as lines of a shell, to be pasted: they make it the key of the commands that follow. */
final class ShellLines {

    // Means to every shell what it is.
    private static final String PLAIN = "[A-Za-z0-9._/+=:@%-]*";

    private record Line(String variable, String member) {}

    private static final List<Line> LINES = List.of(
            new Line(Surroundings.KEY_ID, "accessKeyId"),
            new Line(Surroundings.KEY_SECRET, "accessKeySecret"),
            new Line(Surroundings.TOKEN, "securityToken"));

    private ShellLines() {}

    /**
     * Prints the key in an answer.
     *
     * @param remark what else there is to know, which the shell ignores
     */
    static void print(PrintStream out, String remark, JsonNode key) {
        out.println("# " + Terminal.oneLine(remark));
        for (var line : LINES) {
            if (key.has(line.member())) {
                out.println("export " + line.variable() + "=" + quoted(Terminal.oneLine(text(key, line.member()))));
            }
        }
    }

    private static String quoted(String value) {
        return value.matches(PLAIN) ? value : "'" + value.replace("'", "'\\''") + "'";
    }
}
