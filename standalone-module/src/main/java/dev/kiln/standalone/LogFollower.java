package dev.kiln.standalone;

import dev.kiln.cli.SignedClient;
import java.io.IOException;

/** Shows the log of an execution as it grows, whole lines only. */
final class LogFollower {

    private final SignedClient client;
    private final String path;
    private final Console console;
    private long offset;
    private String unfinished = "";

    LogFollower(SignedClient client, String execution, Console console) {
        this.client = client;
        this.path = "/api/v1/executions/" + execution + "/logs";
        this.console = console;
    }

    /** Shows what was written since the last call. */
    void showNew() throws IOException {
        for (var chunk = client.text(path, offset); chunk.nextOffset() > offset; chunk = client.text(path, offset)) {
            offset = chunk.nextOffset();
            var text = unfinished + chunk.text();
            var end = text.lastIndexOf('\n') + 1;
            text.substring(0, end).lines().forEach(line -> console.say("      | " + line));
            unfinished = text.substring(end);
        }
    }
}
