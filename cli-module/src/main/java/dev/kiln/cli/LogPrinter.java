package dev.kiln.cli;

import java.io.IOException;

/** Prints the log of an execution, as it is into a file or pipe, and without what a terminal would obey onto one. */
final class LogPrinter {

    private final SignedClient client;
    private final String path;
    private final Terminal terminal;
    private final HarmlessText text;
    private final Patience patience = new Patience();

    LogPrinter(SignedClient client, String execution, Terminal terminal) {
        this.client = client;
        this.path = "/api/v1/executions/" + execution + "/logs";
        this.terminal = terminal;
        this.text = new HarmlessText(terminal.colours());
    }

    /** All there is, and if it is followed, until nothing more will come. */
    void print(boolean follow) throws IOException {
        var offset = 0L;
        while (true) {
            var from = offset;
            var chunk = patience.answer(() -> client.bytes(path, from));
            write(chunk.bytes());
            offset = chunk.nextOffset();
            if (terminal.out().checkError() || chunk.complete() || (chunk.bytes().length == 0 && !follow)) {
                return;
            }
            if (chunk.bytes().length == 0) {
                patience.pause();
            }
        }
    }

    private void write(byte[] bytes) {
        var shown = terminal.watched() ? text.of(bytes) : bytes;
        terminal.out().write(shown, 0, shown.length);
    }
}
