package dev.kiln.bench.result;

import java.util.Locale;
import java.util.stream.Collectors;

/** Results as Markdown. */
public final class Tables {

    private final Results results;

    public Tables(Results results) {
        this.results = results;
    }

    /** A table for each scenario. */
    public String all() {
        return results.scenarios().stream().map(this::table).collect(Collectors.joining("\n"));
    }

    /** The table of one scenario. */
    public String table(String scenario) {
        var head = """
                ### %s

                | what | value | unit | ratio | goal | all numbers |
                |---|---|---|---|---|---|
                """.formatted(scenario);
        return head
                + results.rows(scenario).stream()
                        .map(row -> line(scenario, row))
                        .collect(Collectors.joining());
    }

    private String line(String scenario, Row row) {
        var measure = row.measure();
        if (!row.isMeasured()) {
            return "| %s | not measured | | | %s | %s |\n".formatted(measure.name(), measure.goal(), row.reason());
        }
        var ratio = results.ratio(scenario, row)
                .map(number -> text(number) + " × " + measure.base())
                .orElse("");
        var raw = row.raw().stream().map(Tables::text).collect(Collectors.joining(" "));
        return "| %s | %s | %s | %s | %s | %s |\n"
                .formatted(measure.name(), text(row.value()), measure.unit(), ratio, measure.goal(), raw);
    }

    /** Three significant digits; more would be noise. */
    private static String text(double number) {
        var size = Math.abs(number);
        var form = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, form, number);
    }
}
