package dev.kiln.component;

import dev.kiln.template.BuildContentException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionEndEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.StreamEndEvent;

/**
 * Reads one YAML document as texts, sequences and mappings only: no object is ever instantiated from it. Refuses what
 * can make a document grow or be ambiguous (aliases, tags, duplicate keys).
 */
final class YamlReader {

    private static final int DEEPEST = 5;

    private final Iterator<Event> events;

    private YamlReader(String text) {
        this.events = new Yaml(new SafeConstructor(new LoaderOptions()))
                .parse(new StringReader(text))
                .iterator();
    }

    static YamlValue read(String text) throws BuildContentException {
        try {
            return new YamlReader(text).document();
        } catch (MarkedYAMLException e) {
            var mark = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
            throw refused(mark == null ? 1 : mark.getLine() + 1, "is no YAML: " + problem(e), "correct it");
        } catch (YAMLException | IllegalArgumentException e) {
            // Escapes of invalid characters cause an IllegalArgumentException.
            throw refused(1, "is no YAML: " + e.getMessage(), "correct it");
        }
    }

    private static String problem(MarkedYAMLException e) {
        var words = (e.getContext() == null ? "" : e.getContext() + ", ") + e.getProblem();
        return words.length() > 300 ? words.substring(0, 300) + "…" : words;
    }

    private YamlValue document() throws BuildContentException {
        events.next();
        var begin = events.next();
        if (!(begin instanceof DocumentStartEvent start)) {
            throw refused(1, "is empty", "write Tasks");
        }
        if (start.getVersion() != null) {
            throw refused(line(start), "has a directive", "remove the line that begins with %");
        }
        var value = value(events.next(), 1);
        events.next();
        var end = events.next();
        if (!(end instanceof StreamEndEvent)) {
            throw refused(line(end), "is a second document", "make a component of its own of it");
        }
        return value;
    }

    private YamlValue value(Event event, int depth) throws BuildContentException {
        int line = line(event);
        if (event instanceof AliasEvent alias) {
            throw refused(line, "has the alias *" + shown(alias.getAnchor()), "write out what it stands for");
        }
        if (event instanceof NodeEvent node && node.getAnchor() != null) {
            throw refused(line, "has the anchor &" + shown(node.getAnchor()), "remove it");
        }
        if (depth > DEEPEST) {
            throw refused(line, "is nested deeper than " + DEEPEST + " levels", "see docs/build-content.md");
        }
        if (event instanceof ScalarEvent scalar) {
            checkTag(line, scalar.getTag());
            checkCharacters(line, scalar.getValue());
            return new YamlValue.Scalar(line, scalar.getValue(), scalar.isPlain(), scalar.isLiteral());
        }
        checkTag(line, ((CollectionStartEvent) event).getTag());
        return event instanceof MappingStartEvent ? mapping(line, depth) : sequence(line, depth);
    }

    private YamlValue sequence(int line, int depth) throws BuildContentException {
        var items = new ArrayList<YamlValue>();
        for (var event = events.next(); !(event instanceof CollectionEndEvent); event = events.next()) {
            items.add(value(event, depth + 1));
        }
        return new YamlValue.Sequence(line, List.copyOf(items));
    }

    private YamlValue mapping(int line, int depth) throws BuildContentException {
        var entries = new LinkedHashMap<String, YamlValue>();
        for (var event = events.next(); !(event instanceof CollectionEndEvent); event = events.next()) {
            if (!(value(event, depth + 1) instanceof YamlValue.Scalar key)) {
                throw refused(line(event), "has a key that is not text", "write a name");
            }
            if (entries.containsKey(key.text())) {
                throw refused(key.line(), "has the key \"" + shown(key.text()) + "\" twice", "remove one");
            }
            entries.put(key.text(), value(events.next(), depth + 1));
        }
        return new YamlValue.Mapping(line, entries);
    }

    private static void checkTag(int line, @org.jspecify.annotations.Nullable String tag) throws BuildContentException {
        if (tag != null) {
            throw refused(line, "has the tag " + shown(tag), "remove it, all values are texts");
        }
    }

    /** Checks after parsing, because quoted escapes can stand for characters that the text itself may not contain. */
    private static void checkCharacters(int line, String text) throws BuildContentException {
        boolean control = text.chars().anyMatch(c -> Character.isISOControl(c) && c != '\t' && c != '\n' && c != '\r');
        boolean half = text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
        if (control || half) {
            throw refused(line, "holds a control character by an escape", "remove it");
        }
    }

    private static int line(Event event) {
        return event.getStartMark().getLine() + 1;
    }

    static String shown(String text) {
        return text.length() > 80 ? text.substring(0, 80) + "…" : text;
    }

    static BuildContentException refused(int line, String rule, String remedy) {
        return refused("InvalidParameter.Content", line, rule, remedy);
    }

    static BuildContentException refused(String code, int line, String rule, String remedy) {
        return new BuildContentException(code, "line " + line + ": " + rule + "; " + remedy);
    }
}
