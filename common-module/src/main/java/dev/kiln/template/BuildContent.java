package dev.kiln.template;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** The commands of a template, as people write them (docs/build-content.md). */
public final class BuildContent {

    /** The maximum length of a content, in bytes of UTF-8. */
    public static final int LONGEST = 16 << 10;

    /** The maximum number of commands of a content. */
    public static final int MOST_COMMANDS = 127;

    /** The parameter that the text comes from. */
    public enum Kind {
        /** BuildContent: the commands change the image. */
        BUILD("BuildContent", "InvalidBuildContent.LengthExceeded"),
        /** TestContent: the commands run on a scratch copy of the image. */
        TEST("TestContent", "InvalidParameter.TestContent"),
        /** Content of a component: its commands replace the COMPONENT command that names it. */
        COMPONENT("Content", "InvalidContent.LengthExceeded");

        private final String parameter;
        private final String tooLong;

        Kind(String parameter, String tooLong) {
            this.parameter = parameter;
            this.tooLong = tooLong;
        }

        String parameter() {
            return parameter;
        }
    }

    private BuildContent() {}

    /** Parses the commands of the text; an empty text has none. */
    public static List<BuildCommand> parse(String text, Kind kind) throws BuildContentException {
        return parse(text, kind, "");
    }

    /** Parses the commands; the label precedes each command's text in the log. */
    public static List<BuildCommand> parse(String text, Kind kind, String label) throws BuildContentException {
        check(text, kind);
        return new BuildContentParser(kind)
                .parse(SourceLine.of(text).stream()
                        .map(line -> line.labelled(label))
                        .toList());
    }

    /** Checks the length and the characters, the same for every kind of content. */
    public static void check(String text, Kind kind) throws BuildContentException {
        if (text.length() > LONGEST || text.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            throw new BuildContentException(
                    kind.tooLong,
                    kind.parameter + " is longer than " + LONGEST
                            + " bytes; move long scripts into a file and COPY it");
        }
        checkCharacters(text, kind);
    }

    private static void checkCharacters(String text, Kind kind) throws BuildContentException {
        int line = 1;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            line += c == '\n' ? 1 : 0;
            boolean pair = Character.isSurrogate(c);
            if (pair && Character.charCount(text.codePointAt(i)) == 2) {
                i++;
            } else if (pair || (Character.isISOControl(c) && c != '\t' && c != '\n' && c != '\r')) {
                throw new BuildContentException(
                        "InvalidParameter." + kind.parameter,
                        "line %d: character U+%04X is not allowed; only printable text, tabs and line ends are"
                                .formatted(line, (int) c));
            }
        }
    }
}
