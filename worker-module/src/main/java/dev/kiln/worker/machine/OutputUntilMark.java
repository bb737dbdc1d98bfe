package dev.kiln.worker.machine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The output of commands in a machine; a mark, different for each command, ends a command's output. Output of processes
 * that a command left running appears between two commands and is passed on too.
 */
final class OutputUntilMark implements MachinePort.Reader {

    // Occurs only at the start of a mark, so a search need not go back further.
    private static final char BEGIN = '\036';

    private final GuestShell.Output between;
    private final ByteArrayOutputStream passed = new ByteArrayOutputStream();
    private GuestShell.Output output;
    private byte[] mark = bytes(newMark());
    private int matched;
    private boolean ended = true;

    /** @param between gets the output that appears while no command runs */
    OutputUntilMark(GuestShell.Output between) {
        this.between = between;
        this.output = between;
    }

    static String newMark() {
        return BEGIN + UUID.randomUUID().toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A command begins. */
    synchronized void begin(String mark, GuestShell.Output output) {
        this.mark = bytes(mark);
        this.output = output;
        this.matched = 0;
        this.ended = false;
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    @Override
    public synchronized void take(byte[] bytes, int length) throws IOException {
        for (int i = 0; i < length; i++) {
            if (bytes[i] != mark[matched]) {
                passed.write(mark, 0, matched);
                matched = 0;
            }
            if (bytes[i] == mark[matched]) {
                matched++;
            } else {
                passed.write(bytes[i]);
            }
            if (matched == mark.length) {
                pass();
                matched = 0;
                ended = true;
                output = between;
            }
        }
        pass();
    }

    private void pass() throws IOException {
        if (passed.size() > 0) {
            var text = passed.toByteArray();
            passed.reset();
            output.take(text, text.length);
        }
    }
}
