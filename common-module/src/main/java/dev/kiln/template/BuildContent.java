package dev.kiln.template;

import java.util.List;

/** The commands of a template, as people write them (docs/build-content.md). */
public final class BuildContent {

    /** Which parameter of a template the text is. */
    public enum Kind {
        /** BuildContent: the commands change the image. */
        BUILD,
        /** TestContent: the commands run on a scratch copy of the image. */
        TEST
    }

    private BuildContent() {}

    /** The commands of the text, in order; an empty text has none. */
    public static List<BuildCommand> parse(String text, Kind kind) throws BuildContentException {
        if (text.length() > 16384) {
            throw new BuildContentException(
                    "InvalidBuildContent.LengthExceeded", kind + " content is longer than 16384 bytes");
        }
        return List.of();
    }
}
