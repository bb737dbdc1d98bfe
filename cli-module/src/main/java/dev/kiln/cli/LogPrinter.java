package dev.kiln.cli;

import java.io.IOException;

/** Prints the log of an execution: unchanged to a file or pipe, without control sequences to a terminal. */
final class LogPrinter {

    private final SignedClient client;
    private final String path;
    private final Terminal terminal;
    private final HarmlessText text;
    private final Patience patience = Patience.ofStranger();

    LogPrinter(SignedClient client, String execution, Terminal terminal) {
        this.client = client;
        this.path = "/api/v1/executions/" + execution + "/logs";
        this.terminal = terminal;
        this.text = new HarmlessText(terminal.colours());
    }

    /** Prints the whole log so far; when following, until it is complete. */
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
