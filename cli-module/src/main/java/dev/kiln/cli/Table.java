package dev.kiln.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Rows in columns, for people. On a narrow terminal names and texts are cut. Ids never are, since people paste them
 * into the next command, and neither is a reason at the end: a longer line is better than half of either. Piped output
 * is complete. That there are no rows is said on standard error, which programs need not read.
 */
final class Table {

    private static final int NARROWEST_COLUMN = 8;
    private static final String BETWEEN = "  ";

    private final List<List<String>> rows = new ArrayList<>();
    private final int coloured;
    private List<String> cuttable = List.of();
    private String none;

    /** @param coloured index of the column with statuses; -1 for none */
    Table(int coloured, String... header) {
        this.coloured = coloured;
        rows.add(List.of(header));
        none = "no " + header[0].toLowerCase(Locale.ROOT) + "s";
    }

    /** Sets the columns that a narrow terminal may cut, by their headers. */
    Table cutting(String... headers) {
        cuttable = List.of(headers);
        return this;
    }

    /** Sets what is said when there are no rows; else it is "no" and the first header in the plural. */
    Table orElse(String said) {
        none = Terminal.oneLine(said);
        return this;
    }

    void row(String... cells) {
        rows.add(Arrays.stream(cells).map(Terminal::oneLine).toList());
    }

    void print(Terminal terminal) {
        var widths = widths(terminal.width());
        for (var row : rows) {
            var line = new StringBuilder();
            for (var column = 0; column < row.size(); column++) {
                var text = Terminal.cut(row.get(column), widths[column]);
                var gap = " ".repeat(widths[column] - text.codePointCount(0, text.length()));
                var shown = column == coloured && row != rows.get(0) ? terminal.status(text) : text;
                line.append(shown).append(column + 1 < row.size() ? gap + BETWEEN : "");
            }
            terminal.out().println(line.toString().stripTrailing());
        }
        if (rows.size() == 1) {
            // After the header also where both go to one terminal.
            terminal.out().flush();
            terminal.err().println(none);
        }
    }

    private int[] widths(int available) {
        var widths = IntStream.range(0, rows.get(0).size())
                .map(column -> rows.stream()
                        .mapToInt(row -> row.get(column)
                                .codePointCount(0, row.get(column).length()))
                        .max()
                        .orElse(0))
                .toArray();
        var gaps = BETWEEN.length() * (widths.length - 1);
        while (available > 0 && Arrays.stream(widths).sum() + gaps > available) {
            var widest = IntStream.range(0, widths.length)
                    .filter(column -> cuttable.contains(rows.get(0).get(column)))
                    .filter(column -> widths[column] > NARROWEST_COLUMN)
                    .reduce((a, b) -> widths[b] >= widths[a] ? b : a);
            if (widest.isEmpty()) {
                break;
            }
            widths[widest.getAsInt()]--;
        }
        return widths;
    }
}
