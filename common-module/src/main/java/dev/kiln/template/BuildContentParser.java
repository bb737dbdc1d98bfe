package dev.kiln.template;

import dev.kiln.template.BuildContent.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Parses commands one by one; remembers what the checks of later commands need. */
final class BuildContentParser {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,255}");
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,127}");
    private static final Pattern USER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}");
    private static final Pattern FROM = Pattern.compile("(IMAGE|IMAGE_FAMILY):[A-Za-z0-9._:-]{1,256}");

    private final Kind kind;
    private final List<BuildCommand> commands = new ArrayList<>();
    private @Nullable String directory; // null: known only at run time, from the base image or a component
    private int seen;
    private boolean hasFrom;
    private @Nullable SourceLine restart;

    BuildContentParser(Kind kind) {
        this.kind = kind;
    }

    List<BuildCommand> parse(List<SourceLine> lines) throws BuildContentException {
        for (var line : lines) {
            if (restart != null) {
                throw restart.refused(
                        "NotEmptyCommandContent.RESTART",
                        "is followed by line " + line.number(),
                        "make it the last command");
            }
            if (++seen > BuildContent.MOST_COMMANDS) {
                throw line.refused(
                        "InvalidImageTemplateCommandSize.ExceededMaxNumber",
                        "is command " + seen + " of at most " + BuildContent.MOST_COMMANDS,
                        "join RUN commands by &&");
            }
            if (line.word().equals("FROM")) {
                from(line);
            } else {
                commands.add(command(line));
            }
        }
        return List.copyOf(commands);
    }

    private BuildCommand command(SourceLine line) throws BuildContentException {
        return switch (line.word()) {
            case "RUN" -> new BuildCommand.Run(line.text(), present(line, "RUN apt-get update"));
            case "ENV" -> new BuildCommand.Env(line.text(), variables(line));
            case "WORKDIR" -> workdir(line);
            case "COPY" -> copy(line);
            case "USER" -> user(line);
            case "LABEL" -> new BuildCommand.Label(line.text(), labels(line));
            case "CMD" -> new BuildCommand.Cmd(line.text(), arguments(line));
            case "ENTRYPOINT" -> new BuildCommand.Entrypoint(line.text(), arguments(line));
            case "RESTART" -> restart(line);
            case "COMPONENT" -> component(line);
            default ->
                throw line.refused(
                        "InvalidImageTemplateCommand.NotSupported",
                        "begins with \"" + line.word() + "\", which is not a command",
                        "use RUN, ENV, WORKDIR, COPY, USER, LABEL, CMD, ENTRYPOINT, RESTART"
                                + (kind == Kind.COMPONENT ? "" : " or COMPONENT")
                                + ", and \\ at the end of a line that goes on");
        };
    }

    private BuildCommand component(SourceLine line) throws BuildContentException {
        if (kind == Kind.COMPONENT) {
            throw line.refused(
                    "InvalidCommand.Component",
                    "is within a component",
                    "name both components in the template, one after the other");
        }
        var words = line.rest().split("\\s+", 2);
        var reference = ComponentReference.parse(words[0])
                .orElseThrow(() -> malformed(
                        line,
                        "names no component",
                        "write COMPONENT ic-… or acs:ecs:<region>:<account>:imagecomponent/<name>/<version>"));
        try {
            var arguments = ComponentArguments.parse(words.length > 1 ? words[1] : "");
            directory = null;
            return new BuildCommand.Component(
                    line.text(), line.number(), reference, Collections.unmodifiableMap(arguments));
        } catch (ComponentArguments.Malformed e) {
            throw malformed(line, e.rule(), e.remedy());
        }
    }

    private void from(SourceLine line) throws BuildContentException {
        if (kind == Kind.COMPONENT) {
            throw line.refused("NotSupportedCommand.FROM", "is within a component", "remove it, the template decides");
        }
        if (hasFrom) {
            throw line.refused("DuplicatedCommand.FROM", "is a second FROM", "remove it, BaseImage decides");
        }
        if (seen > 1) {
            throw line.refused("InvalidCommandOrder.FROM", "is not the first command", "remove it, BaseImage decides");
        }
        if (!FROM.matcher(line.rest()).matches()) {
            throw line.invalid("is not FROM IMAGE:<id> or FROM IMAGE_FAMILY:<name>", "remove it, BaseImage decides");
        }
        hasFrom = true;
    }

    private BuildCommand restart(SourceLine line) throws BuildContentException {
        if (!line.rest().isEmpty()) {
            throw line.refused("NotEmptyCommandContent.RESTART", "has an argument", "write RESTART alone");
        }
        restart = line;
        return new BuildCommand.Restart(line.text());
    }

    private Map<String, String> variables(SourceLine line) throws BuildContentException {
        var rest = present(line, "ENV LANG C.UTF-8");
        int end = 0;
        while (end < rest.length() && !Character.isWhitespace(rest.charAt(end))) {
            end++;
        }
        var first = rest.substring(0, end);
        if (first.indexOf('=') < 0) {
            if (end == rest.length()) {
                throw line.invalid("has no value for " + first, "write ENV " + first + " value");
            }
            checkNames(line, Map.of(first, ""), VARIABLE);
            return Map.of(first, rest.substring(end).strip());
        }
        var pairs = KeyValuePairs.parse(rest)
                .orElseThrow(() -> line.invalid("is not key=\"value\", values in double quotes", "quote every value"));
        checkNames(line, pairs, VARIABLE);
        return Collections.unmodifiableMap(pairs);
    }

    private Map<String, String> labels(SourceLine line) throws BuildContentException {
        var pairs = KeyValuePairs.parse(present(line, "LABEL version=\"1\""))
                .orElseThrow(
                        () -> malformed(line, "is not key=\"value\", values in double quotes", "quote every value"));
        checkNames(line, pairs, LABEL);
        return Collections.unmodifiableMap(pairs);
    }

    private void checkNames(SourceLine line, Map<String, String> pairs, Pattern form) throws BuildContentException {
        for (var name : pairs.keySet()) {
            if (!form.matcher(name).matches()) {
                var rule = "has the name \"" + name + "\"";
                var remedy = "a name matches " + form;
                throw form == LABEL ? malformed(line, rule, remedy) : line.invalid(rule, remedy);
            }
        }
    }

    /** The vendor's reference has neither InvalidCommandContent.LABEL nor InvalidCommandContent.COMPONENT. */
    private BuildContentException malformed(SourceLine line, String rule, String remedy) {
        return line.refused("InvalidParameter." + kind.parameter(), rule, remedy);
    }

    private BuildCommand workdir(SourceLine line) throws BuildContentException {
        var path = present(line, "WORKDIR /srv/app");
        directory = resolved(line, path);
        return new BuildCommand.Workdir(line.text(), path);
    }

    private BuildCommand copy(SourceLine line) throws BuildContentException {
        var words = present(line, "COPY app.conf /etc/app").split("\\s+", -1);
        if (words.length != 2) {
            throw line.invalid(
                    "has " + words.length + " arguments", "write COPY <file or URL> <directory>, no blanks in them");
        }
        resolved(line, words[1]);
        var source = words[0].contains("://") ? CopySource.url(line, words[0]) : CopySource.contextFile(line, words[0]);
        return new BuildCommand.Copy(line.text(), source, words[1]);
    }

    /** The absolute path, or null where it is not known before the command runs. */
    private @Nullable String resolved(SourceLine line, String path) throws BuildContentException {
        var from = directory;
        if (from == null && !path.startsWith("/")) {
            return null;
        }
        return ImagePath.resolve(from == null ? "/" : from, path)
                .orElseThrow(() -> line.invalid("leaves the image by \"..\"", "use a directory within the image"));
    }

    private BuildCommand user(SourceLine line) throws BuildContentException {
        var name = present(line, "USER www-data");
        if (!USER.matcher(name).matches()) {
            throw line.invalid(
                    "is not the name or number of one user", "write USER and a name of the image's /etc/passwd");
        }
        return new BuildCommand.User(line.text(), name);
    }

    private static List<String> arguments(SourceLine line) throws BuildContentException {
        var rest = present(line, line.word() + " [\"/usr/sbin/nginx\", \"-g\", \"daemon off;\"]");
        if (!rest.startsWith("[")) {
            return List.of("/bin/sh", "-c", rest);
        }
        try {
            var arguments = List.of(JSON.readValue(rest, String[].class));
            if (arguments.isEmpty() || arguments.get(0).isEmpty()) {
                throw line.empty(line.word() + " [\"/bin/true\"]");
            }
            if (arguments.stream().anyMatch(argument -> argument.indexOf('\0') >= 0)) {
                throw line.invalid("holds a NUL character", "remove it");
            }
            if (!arguments.stream().allMatch(StandardCharsets.UTF_8.newEncoder()::canEncode)) {
                throw line.invalid("holds half of a character by an escape", "remove it");
            }
            return arguments;
        } catch (JacksonException | NullPointerException e) {
            throw line.invalid("is no JSON array of texts", "write [\"program\", \"argument\"] with double quotes");
        }
    }

    private static String present(SourceLine line, String example) throws BuildContentException {
        if (line.rest().isEmpty()) {
            throw line.empty(example);
        }
        return line.rest();
    }
}
