package dev.kiln.worker.engine;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** What a step prints to standard output, kept as text for later steps, up to a limit. */
final class CapturedOutput {

    /** The most bytes that later steps can use; the output becomes part of a command line's environment. */
    static final int MOST = 8192;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private boolean tooLong;

    void add(byte[] more, int length) {
        int room = MOST - bytes.size();
        bytes.write(more, 0, Math.min(length, room));
        tooLong |= length > room;
    }

    /** The output without line ends at its end, as in a shell's command substitution. */
    String text(String step) throws BuildFailedException {
        if (tooLong) {
            throw failed(step, "prints more than the " + MOST + " bytes that later tasks can use; write it to a file");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw failed(step, "prints what is no UTF-8, and later tasks use it; print text");
        }
        if (text.indexOf('\0') >= 0) {
            throw failed(step, "prints NUL characters, and later tasks use it; print text");
        }
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '\n') {
            end--;
        }
        return text.substring(0, end);
    }

    private static BuildFailedException failed(String step, String why) {
        return new BuildFailedException("BuildCommand.Failed", step + ": " + why);
    }
}
