package dev.kiln.component;

import java.util.List;
import java.util.Map;

/** A piece of a YAML document, with the line that it begins in. */
sealed interface YamlValue {

    int line();

    /**
     * A text.
     *
     * @param plain without quotes, so that an empty one means "nothing"
     * @param block begun by {@code |}: its lines are those of the document
     */
    record Scalar(int line, String text, boolean plain, boolean block) implements YamlValue {

        /** The document's line of a place within the text. */
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

    /** In the document's order. */
    record Mapping(int line, Map<String, YamlValue> entries) implements YamlValue {}
}
