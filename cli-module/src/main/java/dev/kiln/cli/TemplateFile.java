package dev.kiln.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.YAMLException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A template as a YAML or JSON file: the parameters of CreateImagePipeline, with lists and objects instead of numbered
 * names.
 */
final class TemplateFile {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int LARGEST = 256 * 1024;
    // The maximum length of a value in a message.
    private static final int SHOWN = 60;

    private TemplateFile() {}

    /** The parameters with the wire's names: {@code Tag.1.Key}, {@code ImageOptions.ImageName}. */
    static Map<String, String> read(Path file) throws UsageException, IOException {
        var parameters = new LinkedHashMap<String, String>();
        if (!(load(file) instanceof Map<?, ?> content)) {
            throw new UsageException(file + " is not a list of names and values like BaseImageType: IMAGE");
        }
        add("", content, parameters);
        for (var parameter : parameters.entrySet()) {
            var fault = TemplateNames.fault(parameter.getKey(), Terminal.cut(parameter.getValue(), SHOWN));
            if (fault.isPresent()) {
                throw new UsageException(fault.get());
            }
        }
        return parameters;
    }

    /** The parameters that a start may override, in the REST API's form. */
    static JsonNode parameters(Path file) throws UsageException, IOException {
        if (!(load(file) instanceof List<?> parameters)) {
            throw new UsageException(file + " is not a list like - {name: VERSION, default: \"1.2\"}");
        }
        for (var parameter : parameters) {
            if (parameter instanceof Map<?, ?> one
                    && one.get("default") != null
                    && !(one.get("default") instanceof String)) {
                throw new UsageException(
                        "the default " + one.get("default") + " in " + file + " is not text: put it into quotes");
            }
        }
        return JSON.createObjectNode().set("parameters", json("", parameters));
    }

    private static Object load(Path file) throws UsageException, IOException {
        if (Files.size(GivenFile.of(file.toString())) > LARGEST) {
            throw new UsageException(file + " has more than " + LARGEST + " bytes, which no template has");
        }
        var text = GivenFile.text(file);
        try {
            return YamlText.load(text);
        } catch (YAMLException e) {
            throw new UsageException(file + " is not YAML: " + Terminal.oneLine(String.valueOf(e.getMessage())));
        }
    }

    private static void add(String name, Object value, Map<String, String> parameters) throws UsageException {
        if (value instanceof Map<?, ?> object) {
            for (var member : object.entrySet()) {
                if (member.getValue() != null) {
                    add(below(name, member.getKey()), member.getValue(), parameters);
                }
            }
        } else if (value instanceof List<?> list) {
            for (var at = 0; at < list.size(); at++) {
                if (list.get(at) == null) {
                    throw new UsageException(name + " has nothing as its element " + (at + 1));
                }
                add(below(name, at + 1), list.get(at), parameters);
            }
        } else {
            parameters.put(name, exact(name, value).toString());
        }
    }

    private static JsonNode json(String name, @Nullable Object value) throws UsageException {
        if (value == null) {
            return JSON.nullNode();
        }
        if (value instanceof Map<?, ?> object) {
            var members = JSON.createObjectNode();
            for (var member : object.entrySet()) {
                members.set(String.valueOf(member.getKey()), json(below(name, member.getKey()), member.getValue()));
            }
            return members;
        }
        if (value instanceof List<?> list) {
            var elements = JSON.createArrayNode();
            for (var at = 0; at < list.size(); at++) {
                elements.add(json(below(name, at + 1), list.get(at)));
            }
            return elements;
        }
        return JSON.valueToTree(exact(name, value) instanceof YamlText.Typed typed ? typed.read() : value);
    }

    private static String below(String name, Object key) {
        return name.isEmpty() ? String.valueOf(key) : name + "." + key;
    }

    /** The value, if YAML reads it as exactly what is written in the file. */
    private static Object exact(String name, Object value) throws UsageException {
        if (value instanceof String) {
            return value;
        }
        if (!(value instanceof YamlText.Typed typed)) {
            throw new UsageException(name + " is neither a text nor a list nor names with values: put it into quotes");
        }
        if (typed.isExact()) {
            return typed;
        }
        var written = Terminal.cut(typed.written(), SHOWN);
        var quotes = ": put it into quotes, \"" + written + "\"";
        if (typed.isWhole()) {
            throw new UsageException(name + " is " + written + ", which YAML reads as " + typed.read() + quotes
                    + ", or write " + typed.read() + " if that is meant");
        }
        var kind = typed.read() instanceof Number || typed.read() instanceof Date ? "a number or a date" : "not text";
        throw new UsageException(name + " is " + kind + " for YAML, which would change " + written + quotes);
    }
}
