package dev.kiln.cli;

import java.io.StringReader;
import java.util.List;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.AbstractConstruct;
import org.yaml.snakeyaml.constructor.Construct;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Reads YAML, and keeps both the text in the file and YAML's value for it: true for yes, 83 for 0123. */
final class YamlText extends SafeConstructor {

    // More than any template has. A few lines of nested aliases can stand for billions of nodes.
    private static final int MOST = 10_000;

    private static final Pattern INDENT = Pattern.compile("^[ \t]+", Pattern.MULTILINE);

    private int seen;

    /**
     * A value that YAML does not read as text.
     *
     * @param written the text in the file
     * @param read YAML's value
     */
    record Typed(String written, Object read) {

        /** Whether it is true, false or a whole number; fractions are excluded, since YAML reads 1.10 as 1.1. */
        boolean isWhole() {
            return read instanceof Boolean || (read instanceof Number && !(read instanceof Double));
        }

        /** Whether YAML's value is exactly what is written in the file. */
        boolean isExact() {
            return isWhole() && read.toString().equals(written);
        }

        /** The text in the file, so that a name such as 0123 stays what the user has written. */
        @Override
        public String toString() {
            return written;
        }
    }

    private YamlText(LoaderOptions options) {
        super(options);
        setAllowDuplicateKeys(false);
        for (var tag : List.of(Tag.BOOL, Tag.INT, Tag.FLOAT, Tag.TIMESTAMP, Tag.BINARY)) {
            yamlConstructors.computeIfPresent(tag, (same, usual) -> keeping(usual));
        }
    }

    /** Maps, lists, texts and {@link Typed}; an empty text for an empty document. */
    static Object load(String text) {
        var options = new LoaderOptions();
        var root = new Yaml(options).compose(new StringReader(readable(text)));
        var yaml = new YamlText(options);
        if (root == null || root.getTag().equals(Tag.NULL)) {
            return "";
        }
        yaml.walk(root);
        return yaml.constructDocument(root);
    }

    /** JSON may be indented with tabs, YAML may not; no text of JSON goes over the end of a line. */
    private static String readable(String text) {
        var json = text.stripLeading().startsWith("{") || text.stripLeading().startsWith("[");
        return json ? INDENT.matcher(text).replaceAll(indent -> indent.group().replace('\t', ' ')) : text;
    }

    /** Checks the nodes before anything is made of them; refuses endless aliases and too many nodes. */
    private void walk(Node node) {
        if (node.isTwoStepsConstruction()) {
            throw new YAMLException("an alias stands in what it is an alias of, and has no end; write it out");
        }
        if (++seen > MOST) {
            throw new YAMLException("it has more than " + MOST + " values, which no template has; use fewer aliases");
        }
        if (node instanceof SequenceNode list) {
            list.getValue().forEach(this::walk);
        } else if (node instanceof MappingNode object) {
            object.getValue().forEach(member -> {
                walk(member.getKeyNode());
                walk(member.getValueNode());
            });
        }
    }

    private static Construct keeping(Construct usual) {
        return new AbstractConstruct() {
            @Override
            public Object construct(Node node) {
                var written = node instanceof ScalarNode scalar ? scalar.getValue() : "";
                return new Typed(written, read(usual, node, written));
            }
        };
    }

    /** A value may be tagged as a number and not be one. */
    private static Object read(Construct usual, Node node, String written) {
        Object read;
        try {
            read = usual.construct(node);
        } catch (RuntimeException e) {
            throw new YAMLException("\"" + written + "\" is not what its tag says; leave out the tag", e);
        }
        return read == null ? "nothing" : read;
    }
}
