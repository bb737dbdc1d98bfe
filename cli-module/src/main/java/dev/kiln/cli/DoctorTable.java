package dev.kiln.cli;

import static dev.kiln.cli.TemplateCommands.text;

import java.time.Duration;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** The doctor's findings as a table for people. */
final class DoctorTable {

    private DoctorTable() {}

    static void print(JsonNode report, Terminal terminal) {
        if (report.path("findings").isEmpty()) {
            terminal.out().println("Nothing was left behind.");
        } else {
            var table = new Table(-1, "PLACE", "KIND", "NAME", "EXECUTION", "AGE", "VERDICT", "DETAIL");
            for (var finding : report.path("findings")) {
                table.row(
                        text(finding, "place"),
                        text(finding, "kind").toLowerCase(Locale.ROOT).replace('_', ' '),
                        text(finding, "name"),
                        text(finding, "execution"),
                        age(finding.path("seconds").asLong(0)),
                        text(finding, "verdict").toLowerCase(Locale.ROOT),
                        text(finding, "detail"));
            }
            table.print(terminal);
        }
        for (var place : report.path("places")) {
            terminal.out()
                    .println(Terminal.oneLine("searched " + text(place, "place") + " "
                            + age(place.path("secondsAgo").asLong(0)) + " ago by " + text(place, "worker")));
        }
    }

    private static String age(long seconds) {
        return Session.length(Duration.ofSeconds(seconds));
    }
}
