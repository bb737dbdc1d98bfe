package dev.kiln.component;

import java.util.List;
import java.util.Map;

/** A value in a YAML document, with the line where it begins. */
sealed interface YamlValue {

    int line();

    /**
     * A text.
     *
     * @param plain not quoted, so that an empty one means "no value"
     * @param block in {@code |} form: its lines are lines of the document
     */
    record Scalar(int line, String text, boolean plain, boolean block) implements YamlValue {

        /** The document's line for an offset in the text. */
        int lineOf(int offset) {
            return block
                    ? line
                            + 1
                            + (int) text.substring(0, offset)
                                    .chars()
                                    .filter(c -> c == '\n')
                                    .count()
                    : line;
        }
    }

    record Sequence(int line, List<YamlValue> items) implements YamlValue {}

    /** Entries in the order of the document. */
    record Mapping(int line, Map<String, YamlValue> entries) implements YamlValue {}
}
