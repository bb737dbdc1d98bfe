package dev.kiln.cli;

import static dev.kiln.cli.TemplateCommands.text;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reports an execution to people: a line for each change of status, and the state of its targets. */
final class Story {

    private static final int BAR = 10;

    private final Terminal terminal;
    private int told;
    private @Nullable Instant begun;

    Story(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Prints the new events; whether there were any. */
    boolean tell(JsonNode events) {
        var before = told;
        for (var event : events) {
            if (event.path("sequence").asInt(0) > told) {
                told = event.path("sequence").asInt(0);
                terminal.out().println(line(event));
            }
        }
        return told > before;
    }

    private String line(JsonNode event) {
        var at = Instant.parse(text(event, "at"));
        var first = begun == null ? at : begun;
        begun = first;
        var status = text(event, "to");
        return String.format(
                        Locale.ROOT, "%8.1f s  ", Duration.between(first, at).toMillis() / 1000.0)
                + terminal.status(status)
                + " ".repeat(Math.max(19 - status.length(), 1))
                + Terminal.oneLine(text(event, "message"));
    }

    /** Prints what started an execution, if it was not a request. */
    void origin(JsonNode execution) {
        switch (text(execution, "startedBy")) {
            case "SCHEDULE" -> terminal.out().println("started by its template's schedule");
            case "BASE_CHANGE" -> terminal.out().println("started by a new base image");
            default -> {}
        }
    }

    /** Prints why an execution failed, if it did. */
    void outcome(JsonNode execution) {
        if (!text(execution, "errorCode").isEmpty()) {
            terminal.out().println("            " + text(execution, "errorCode"));
            text(execution, "errorInfo")
                    .lines()
                    .forEach(line -> terminal.out().println("            " + Terminal.oneLine(line)));
        }
    }

    /** Prints how what failed in some regions is tried again, if the image is in others. */
    void remedy(JsonNode execution, String id) {
        if (text(execution, "status").equals("PARTITION_SUCCESS")) {
            terminal.out().println("to try again what failed: ./kiln targets retry " + id);
        }
    }

    /** Prints a table of the targets. */
    void targets(JsonNode targets) {
        var table = new Table(2, "REGION", "IMAGE", "STATE", "DONE", "SHARED WITH", "ERROR");
        for (var target : targets) {
            var shares = new StringJoiner(", ");
            target.path("shares")
                    .forEach(share -> shares.add(text(share, "accountId")
                            + (text(share, "state").equals("SHARED") ? "" : " (" + text(share, "state") + ")")));
            table.row(
                    text(target, "regionId"),
                    text(target, "imageId"),
                    text(target, "state"),
                    percent(target) + " %",
                    shares.toString(),
                    (text(target, "errorCode") + " " + text(target, "errorInfo")).strip());
        }
        table.print(terminal);
    }

    /** The present state on one line, for a terminal: what it waits for, or the progress of the copies. */
    String now(JsonNode execution, JsonNode targets) {
        var line = new StringJoiner("  ");
        line.add(text(execution, "status") + " " + Session.length(since(text(execution, "modifiedAt"))));
        var position = execution.path("queuePosition").asInt(0);
        if (position > 0) {
            var start = text(execution, "estimatedStart");
            line.add("waits, number " + position + " of the queue"
                    + (start.isEmpty()
                            ? ""
                            : ", for about " + Session.length(since(start).negated())));
        }
        if (!execution.path("waitsFor").isEmpty()) {
            line.add(text(execution, "message"));
        }
        for (var target : targets) {
            if (text(target, "state").equals("COPYING")) {
                var filled = percent(target) * BAR / 100;
                line.add(text(target, "regionId") + " " + "█".repeat(filled) + "░".repeat(BAR - filled) + " "
                        + percent(target) + " %");
            }
        }
        return Terminal.oneLine(line.toString());
    }

    private static Duration since(String time) {
        return Duration.between(Instant.parse(time), Instant.now());
    }

    private static int percent(JsonNode target) {
        if (text(target, "state").equals("COPIED")) {
            return 100;
        }
        var bytes = target.path("bytes").asLong(0);
        return bytes <= 0 ? 0 : (int) Math.min(100, target.path("bytesDone").asLong(0) * 100 / bytes);
    }
}
