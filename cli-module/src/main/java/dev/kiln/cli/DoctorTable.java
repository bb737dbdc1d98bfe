package dev.kiln.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** What was left behind, as a table for people. */
final class DoctorTable {

    private static final List<String> HEADER =
            List.of("PLACE", "KIND", "NAME", "EXECUTION", "AGE", "VERDICT", "DETAIL");

    private DoctorTable() {}

    static void print(JsonNode report, PrintStream out) {
        var rows = new ArrayList<List<String>>();
        for (var finding : report.path("findings")) {
            rows.add(List.of(
                    text(finding, "place"),
                    text(finding, "kind").toLowerCase(Locale.ROOT).replace('_', ' '),
                    text(finding, "name"),
                    text(finding, "execution"),
                    age(finding.path("seconds").asLong(0)),
                    text(finding, "verdict").toLowerCase(Locale.ROOT),
                    text(finding, "detail")));
        }
        if (rows.isEmpty()) {
            out.println("Nothing was left behind.");
        } else {
            rows.add(0, HEADER);
            rows.forEach(row -> out.println(line(row, rows)));
        }
        for (var place : report.path("places")) {
            out.println("searched " + text(place, "place") + " "
                    + age(place.path("secondsAgo").asLong(0)) + " ago by " + text(place, "worker"));
        }
    }

    private static String line(List<String> row, List<List<String>> all) {
        var line = new StringBuilder();
        for (var column = 0; column < row.size(); column++) {
            var at = column;
            var width =
                    all.stream().mapToInt(each -> each.get(at).length()).max().orElse(0);
            line.append(row.get(column))
                    .append(" ".repeat(width - row.get(column).length() + 2));
        }
        return line.toString().stripTrailing();
    }

    private static String text(JsonNode node, String name) {
        return node.path(name).asString("");
    }

    private static String age(long seconds) {
        if (seconds < 120) {
            return seconds + " s";
        }
        return seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h";
    }
}
