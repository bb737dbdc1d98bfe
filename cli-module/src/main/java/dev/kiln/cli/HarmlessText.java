package dev.kiln.cli;

import java.io.ByteArrayOutputStream;

/**
 * Removes control sequences from a stream for a terminal: the author of a template must not be able to set a reader's
 * title, clipboard or screen. Keeps line ends, tabs and, if wanted, colours.
 */
final class HarmlessText {

    private static final int ESCAPE = 0x1b;
    private static final int LONGEST_COLOUR = 32;
    // First byte in UTF-8 of U+0080 to U+00BF; the first half of these are control characters too.
    private static final int LATIN = 0xc2;

    private final boolean colours;
    private final ByteArrayOutputStream sequence = new ByteArrayOutputStream();
    private boolean latin;

    HarmlessText(boolean colours) {
        this.colours = colours;
    }

    /** The printable part of the bytes; keeps an incomplete sequence for the next call. */
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

    /** Passes only ESC [ digits and semicolons m, which is a colour; drops what was read of any other sequence. */
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
