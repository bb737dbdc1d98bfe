package dev.kiln.worker.engine;

import dev.kiln.worker.secret.MaskedStream;
import java.io.IOException;

/** The output of one command, with secrets masked: it goes to the build's output, and its end is kept. */
final class CommandOutput {

    private static final int KEPT = 4000;

    private final Tail tail = new Tail(KEPT);
    private final BuildOutput output;
    private final MaskedStream out;
    private final MaskedStream errors;

    CommandOutput(BuildOutput output) {
        this.output = output;
        this.out = new MaskedStream(output.secrets(), this::tell);
        this.errors = new MaskedStream(output.secrets(), this::tell);
    }

    private synchronized void tell(byte[] bytes, int length) {
        tail.add(bytes, length);
        output.output(bytes, length);
    }

    /** Takes standard output, or both streams where they are joined. */
    void out(byte[] bytes, int length) throws IOException {
        out.take(bytes, length);
    }

    /** Takes standard error; called by another thread. */
    void errors(byte[] bytes, int length) throws IOException {
        errors.take(bytes, length);
    }

    /** The command has ended: passes on what was held back because it could have been the start of a secret. */
    void end() throws IOException {
        out.end();
        errors.end();
    }

    synchronized String lastLines() {
        return tail.text();
    }
}
