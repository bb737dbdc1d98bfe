package dev.kiln.api.dashboard;

import dev.kiln.execution.ExecutionStatus;
import java.util.ArrayList;
import java.util.List;

/**
 * A bar chart of how long a template's last executions took.
 *
 * @param summary the chart in a sentence
 * @param medianY y coordinate of the median line
 */
public record Chart(List<Bar> bars, String summary, int width, double medianY) {

    private static final int HEIGHT = 112;
    private static final int STEP = 16;
    private static final int LEAST = 4;

    /** One execution. */
    public record Bar(String id, String tone, int x, double y, double height, String title) {}

    static final Chart NONE = new Chart(List.of(), "", 0, 0);

    static Chart of(List<StageTimes.Ended> last, ShownTemplates.Results results) {
        var seconds = last.stream()
                .filter(one -> one.status().equals("SUCCESS"))
                .mapToDouble(StageTimes.Ended::seconds)
                .sorted()
                .toArray();
        var median = seconds.length == 0 ? 0 : seconds[seconds.length / 2];
        // One execution that hung for hours must not make all others invisible.
        var most = Math.max(
                0.1,
                Math.min(
                        last.stream()
                                .mapToDouble(StageTimes.Ended::seconds)
                                .max()
                                .orElse(1),
                        median == 0 ? 1e9 : median * 4));
        var bars = new ArrayList<Bar>();
        for (var one : last) {
            var height = Math.max(LEAST, HEIGHT * Math.min(1, one.seconds() / most));
            bars.add(bar(one, bars.size() * STEP + 2, height));
        }
        var ended = results.ended();
        var rate = ended == 0
                ? ""
                : Math.round(100.0 * results.succeeded() / ended) + " % of " + Words.number(ended) + " succeeded";
        var usually = median == 0 ? "" : "; usually " + Words.duration(median) + " (the line)";
        return new Chart(
                bars,
                rate + usually + ".",
                Math.max(320, bars.size() * STEP + 4),
                HEIGHT + LEAST - HEIGHT * median / most);
    }

    private static Bar bar(StageTimes.Ended one, int x, double height) {
        var status = ExecutionStatus.valueOf(one.status());
        var title = Status.word(status) + " in " + Words.duration(one.seconds()) + ", " + Words.exact(one.at());
        return new Bar(one.id(), Status.of(status).tone(), x, HEIGHT + LEAST - height, height, title);
    }
}
