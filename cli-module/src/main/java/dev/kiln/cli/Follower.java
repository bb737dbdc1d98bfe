package dev.kiln.cli;

import static dev.kiln.cli.TemplateCommands.text;

import java.io.IOException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * Watches an execution to its end. On a terminal the last line shows its present state and is redrawn; elsewhere only
 * lines that stay are printed.
 */
final class Follower {

    private static final String ERASE = "\r\033[K";

    private final SignedClient client;
    private final String id;
    private final String path;
    private final Terminal terminal;
    private final Story story;
    private final Patience patience;

    Follower(SignedClient client, String execution, Terminal terminal, Patience patience) {
        this.client = client;
        this.id = execution;
        this.path = "/api/v1/executions/" + execution;
        this.terminal = terminal;
        this.story = new Story(terminal);
        this.patience = patience;
    }

    /** Returns the execution in its final state. */
    JsonNode follow(boolean tells) throws IOException {
        while (true) {
            // Reads the execution first, so that its events and targets are at least as new.
            var execution = patience.answer(() -> client.get(path));
            var ended = ExitStatus.isFinal(text(execution, "status"));
            if (tells) {
                tell(execution, ended);
            }
            if (ended) {
                return execution;
            }
            patience.pause();
        }
    }

    private void tell(JsonNode execution, boolean ended) throws IOException {
        var events = patience.answer(() -> client.get(path + "/events")).path("events");
        erase();
        story.tell(events);
        if (ended) {
            story.outcome(execution);
            if (text(execution, "status").equals("PARTITION_SUCCESS")) {
                story.targets(
                        patience.answer(() -> client.get(path + "/targets")).path("targets"));
                story.remedy(execution, id);
            }
        } else if (terminal.watched()) {
            var targets = text(execution, "status").equals("DISTRIBUTING")
                    ? patience.answer(() -> client.get(path + "/targets")).path("targets")
                    : MissingNode.getInstance();
            var now = Terminal.cut(story.now(execution, targets), terminal.width() - 1);
            terminal.out().print(terminal.faint(now));
        }
        terminal.out().flush();
    }

    private void erase() {
        if (terminal.watched()) {
            terminal.out().print(ERASE);
        }
    }
}
