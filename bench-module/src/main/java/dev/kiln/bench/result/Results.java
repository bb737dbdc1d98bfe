package dev.kiln.bench.result;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The rows of one invocation by scenario, in the order in which they were added. */
public final class Results {

    // Escape sequences, such as colours.
    private static final Pattern ESCAPES = Pattern.compile("\\x1b\\[[0-9;]*[A-Za-z]");
    private static final int END = 100;

    private final Map<String, Map<Measure, List<Double>>> numbers = new LinkedHashMap<>();
    private final Map<Measure, String> reasons = new LinkedHashMap<>();
    private String scenario = "";

    /** Begins a scenario; rows added later belong to it. */
    public void begin(String name) {
        scenario = name;
        numbers.putIfAbsent(name, new LinkedHashMap<>());
    }

    /** Adds one number; the row's value is the median of all. */
    public void add(Measure measure, double number) {
        raw(measure).add(number);
    }

    /** Records why there is no number. */
    public void missing(Measure measure, String reason) {
        raw(measure);
        reasons.put(measure, brief(reason));
    }

    /** One line for a table: what was run and how it ended, without a program's output in between. */
    private static String brief(String reason) {
        var line =
                ESCAPES.matcher(reason).replaceAll("").replaceAll("\\s+", " ").strip();
        return line.length() <= 2 * END ? line : line.substring(0, END) + " … " + line.substring(line.length() - END);
    }

    private List<Double> raw(Measure measure) {
        return numbers.computeIfAbsent(scenario, name -> new LinkedHashMap<>())
                .computeIfAbsent(measure, key -> new ArrayList<>());
    }

    /** The names of the scenarios that have rows. */
    public List<String> scenarios() {
        return numbers.entrySet().stream()
                .filter(entry -> !entry.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The rows of a scenario. */
    public List<Row> rows(String name) {
        return numbers.getOrDefault(name, Map.of()).entrySet().stream()
                .map(entry -> new Row(
                        entry.getKey(), List.copyOf(entry.getValue()), reasons.getOrDefault(entry.getKey(), "")))
                .toList();
    }

    /** The row's value as a multiple of its base's; empty when either is missing. */
    public Optional<Double> ratio(String name, Row row) {
        return rows(name).stream()
                .filter(other -> other.measure().name().equals(row.measure().base()))
                .filter(other -> other.isMeasured() && row.isMeasured() && other.value() != 0)
                .map(other -> row.value() / other.value())
                .findFirst();
    }
}
