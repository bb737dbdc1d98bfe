package dev.kiln.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A template as a file of YAML, of which JSON is a part: the parameters of CreateImagePipeline, lists and objects
 * instead of numbered names.
 */
final class TemplateFile {

    private static final int LARGEST = 256 * 1024;

    private TemplateFile() {}

    /** The parameters as the wire calls them: {@code Tag.1.Key}, {@code ImageOptions.ImageName}. */
    static Map<String, String> read(Path file) throws UsageException, IOException {
        var parameters = new LinkedHashMap<String, String>();
        if (!(load(file) instanceof Map<?, ?> content)) {
            throw new UsageException(file + " is not a list of names and values like BaseImageType: IMAGE");
        }
        add("", content, parameters);
        for (var name : parameters.keySet()) {
            var fault = TemplateNames.fault(name);
            if (fault.isPresent()) {
                throw new UsageException(fault.get());
            }
        }
        return parameters;
    }

    /** The parameters that starts may say anew, as the REST API takes them. */
    static JsonNode parameters(Path file) throws UsageException, IOException {
        if (!(load(file) instanceof List<?> parameters)) {
            throw new UsageException(file + " is not a list like - {name: VERSION, default: \"1.2\"}");
        }
        for (var parameter : parameters) {
            if (parameter instanceof Map<?, ?> one
                    && one.get("default") != null
                    && !(one.get("default") instanceof String)) {
                throw new UsageException("a default in " + file + " is no text: put it into quotes");
            }
        }
        return new JsonMapper().valueToTree(Map.of("parameters", parameters));
    }

    private static Object load(Path file) throws UsageException, IOException {
        if (Files.size(GivenFile.of(file.toString())) > LARGEST) {
            throw new UsageException(file + " has more than " + LARGEST + " bytes, which no template has");
        }
        var text = GivenFile.text(file);
        try {
            var options = new LoaderOptions();
            options.setAllowDuplicateKeys(false);
            Object content = new Yaml(new SafeConstructor(options)).load(text);
            return content == null ? "" : content;
        } catch (YAMLException e) {
            throw new UsageException(file + " is not YAML: " + Terminal.oneLine(String.valueOf(e.getMessage())));
        }
    }

    private static void add(String name, Object value, Map<String, String> parameters) throws UsageException {
        if (value instanceof Map<?, ?> object) {
            for (var member : object.entrySet()) {
                if (member.getValue() != null) {
                    add(name.isEmpty() ? key(member) : name + "." + key(member), member.getValue(), parameters);
                }
            }
        } else if (value instanceof List<?> list) {
            for (var at = 0; at < list.size(); at++) {
                if (list.get(at) == null) {
                    throw new UsageException(name + " has nothing as its element " + (at + 1));
                }
                add(name + "." + (at + 1), list.get(at), parameters);
            }
        } else if (value instanceof Float || value instanceof Double || value instanceof Date) {
            throw new UsageException(
                    name + " is a number or a date for YAML, which would change it: put it into quotes");
        } else {
            parameters.put(name, value.toString());
        }
    }

    private static String key(Map.Entry<?, ?> member) {
        return String.valueOf(member.getKey());
    }
}
