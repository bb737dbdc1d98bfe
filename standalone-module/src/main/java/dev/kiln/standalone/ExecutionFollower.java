package dev.kiln.standalone;

import dev.kiln.cli.SignedClient;
import dev.kiln.cli.TextChunk;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Shows what an execution does while it runs: each change of status, and the output of the build in whole lines. */
final class ExecutionFollower {

    private final SignedClient client;
    private final String path;
    private final Console console;
    private Instant begun = Instant.EPOCH;
    private int sequence;
    private String status = "";
    private long offset;
    private String unfinished = "";

    ExecutionFollower(SignedClient client, String execution, Console console) {
        this.client = client;
        this.path = "/api/v1/executions/" + execution;
        this.console = console;
    }

    /** The last status shown. */
    String status() {
        return status;
    }

    /** Shows what is new since the last call. */
    void showNew() throws IOException {
        for (var event : client.get(path + "/events").path("events")) {
            if (event.path("sequence").asInt() > sequence) {
                showOutput();
                sequence = event.path("sequence").asInt();
                status = event.path("to").asString();
                showStatus(
                        Instant.parse(event.path("at").asString()),
                        event.path("message").asString(""));
            }
        }
        showOutput();
    }

    private void showStatus(Instant at, String message) {
        if (begun.equals(Instant.EPOCH)) {
            begun = at;
        }
        var seconds = Duration.between(begun, at).toMillis() / 1000.0;
        console.say(String.format(Locale.ROOT, "    %5.1f s  %-13s %s", seconds, status, message)
                .stripTrailing());
    }

    private void showOutput() throws IOException {
        for (var chunk = read(); chunk.nextOffset() > offset; chunk = read()) {
            offset = chunk.nextOffset();
            var text = unfinished + chunk.text();
            var end = text.lastIndexOf('\n') + 1;
            text.substring(0, end).lines().forEach(line -> console.say("             | " + line));
            unfinished = text.substring(end);
        }
    }

    private TextChunk read() throws IOException {
        return client.text(path + "/logs", offset);
    }
}
