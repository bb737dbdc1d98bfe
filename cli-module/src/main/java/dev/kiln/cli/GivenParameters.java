package dev.kiln.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The values that a start gives to parameters; secrets come from files or variables, which no other process sees. */
final class GivenParameters {

    private static final List<Option> OPTIONS = List.of(
            new Option("param", "", "NAME=VALUE", "a value for a parameter of the template; may be repeated", true),
            new Option(
                    "param-file",
                    "",
                    "NAME=FILE",
                    "the same, the value being what the file holds; the end of an only line is left out",
                    true),
            new Option("param-env", "", "NAME=VARIABLE", "the same, the value being that of the variable", true));

    private static final JsonMapper JSON = new JsonMapper();
    private static final int LARGEST = 64 * 1024;

    private final Surroundings here;
    private final Map<String, String> values = new LinkedHashMap<>();

    private GivenParameters(Surroundings here) {
        this.here = here;
    }

    /** The options of a command that takes parameters; the command's own come first. */
    static List<Option> optionsWith(Option... own) {
        return Stream.concat(Stream.of(own), OPTIONS.stream()).toList();
    }

    static GivenParameters of(Arguments arguments, Surroundings here) throws UsageException, IOException {
        var given = new GivenParameters(here);
        for (var option : OPTIONS) {
            for (var pair : arguments.all(option.name())) {
                given.add(option, pair);
            }
        }
        return given;
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    /** The body of a request that starts an execution with these values. */
    JsonNode start(String clientToken) {
        var body = JSON.createObjectNode();
        if (!clientToken.isEmpty()) {
            body.put("clientToken", clientToken);
        }
        var parameters = body.putObject("parameters");
        values.forEach(parameters::put);
        return body;
    }

    private void add(Option option, String pair) throws UsageException, IOException {
        int equals = pair.indexOf('=');
        if (equals < 1) {
            // Without the pair itself, which may be a secret.
            throw new UsageException("an option --" + option.name() + " is not like " + option.value());
        }
        var name = pair.substring(0, equals);
        var told = pair.substring(equals + 1);
        var value = switch (option.name()) {
            case "param-file" -> file(name, Path.of(told));
            case "param-env" -> variable(name, told);
            default -> told;
        };
        if (values.put(name, value) != null) {
            throw new UsageException("parameter " + name + " is given twice");
        }
    }

    private static String file(String name, Path file) throws UsageException, IOException {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new UsageException("there is no readable file " + file + " for parameter " + name);
        }
        try (var in = Files.newInputStream(file)) {
            var bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new UsageException(file + " has more than " + LARGEST + " bytes, which no parameter has");
            }
            var remedy =
                    "the value of parameter " + name + " is text; give bytes in Base64, and decode them in the build";
            return withoutTheEndOfAnOnlyLine(GivenFile.text(file, bytes, remedy));
        }
    }

    /**
     * Removes the line end that editors add after a token; text of several lines, such as a key, may need its last one.
     */
    private static String withoutTheEndOfAnOnlyLine(String text) {
        var line = text.replaceFirst("\r?\n\\z", "");
        return line.contains("\n") ? text : line;
    }

    private String variable(String name, String variable) throws UsageException {
        var value = here.environment().get(variable);
        if (value == null) {
            throw new UsageException("there is no environment variable " + variable + " for parameter " + name);
        }
        return value;
    }
}
