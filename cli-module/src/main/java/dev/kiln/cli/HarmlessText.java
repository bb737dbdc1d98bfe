package dev.kiln.cli;

import java.io.ByteArrayOutputStream;

/**
 * Takes out of a stream what a terminal would obey: whoever writes a template must not be able to set a reader's title,
 * clipboard or screen. Line ends, tabs, and colours where they are wanted stay.
 */
final class HarmlessText {

    private static final int ESCAPE = 0x1b;
    private static final int LONGEST_COLOUR = 32;
    // In UTF-8 the first byte of U+0080 to U+00BF, of which the first half are control characters too.
    private static final int LATIN = 0xc2;

    private final boolean colours;
    private final ByteArrayOutputStream sequence = new ByteArrayOutputStream();
    private boolean latin;

    HarmlessText(boolean colours) {
        this.colours = colours;
    }

    /** What of the bytes may be shown; a sequence that is not at its end is kept for the next. */
    byte[] of(byte[] bytes) {
        var shown = new ByteArrayOutputStream(bytes.length);
        for (var next : bytes) {
            var value = next & 0xff;
            if (latin) {
                latin = false;
                if (value >= 0x80 && value < 0xa0) {
                    continue;
                }
                shown.write(LATIN);
            }
            if (value == LATIN && sequence.size() == 0) {
                latin = true;
            } else if (value == ESCAPE) {
                sequence.reset();
                sequence.write(value);
            } else if (sequence.size() > 0) {
                continueSequence(value, shown);
            } else if (value == '\n' || value == '\t' || (value >= ' ' && value != 0x7f)) {
                shown.write(value);
            }
        }
        return shown.toByteArray();
    }

    /** Only ESC [ digits and semicolons m, which is a colour, is let through; of others the escape is gone. */
    private void continueSequence(int value, ByteArrayOutputStream shown) {
        sequence.write(value);
        var number = sequence.size();
        if (number == 2 && value == '[') {
            return;
        }
        if (number > 2 && (Character.isDigit(value) || value == ';') && number < LONGEST_COLOUR) {
            return;
        }
        if (number > 2 && value == 'm' && colours) {
            shown.writeBytes(sequence.toByteArray());
        } else if (value == '\n') {
            shown.write(value);
        }
        sequence.reset();
    }
}
