package dev.kiln.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One command: the table of these is what is parsed, explained and completed.
 *
 * @param name one or two words
 * @param words what follows them, for people: upper case stands for something, … for any number
 * @param does in half a sentence
 */
record Command(String name, List<String> words, List<Option> options, String does, Action action) {

    /** Carries a command out and returns the exit status. */
    interface Action {
        int run(Arguments arguments) throws UsageException, IOException;
    }

    private boolean anyNumber() {
        return !words.isEmpty() && words.get(words.size() - 1).endsWith("…");
    }

    /** As it is typed, but for its options. */
    String form() {
        return words.isEmpty() ? name : name + " " + String.join(" ", words);
    }

    int run(List<String> typed) throws UsageException, IOException {
        var arguments = Arguments.parse(typed, named(false), named(true), letters(), repeating());
        var given = arguments.words().size();
        if (anyNumber() ? given < words.size() - 1 : given != words.size()) {
            throw new UsageException(
                    (name + " " + String.join(" ", arguments.words())).strip() + " is not like " + form());
        }
        return action.run(arguments);
    }

    private Set<String> named(boolean flags) {
        return options.stream()
                .filter(option -> option.isFlag() == flags)
                .map(Option::name)
                .collect(Collectors.toSet());
    }

    private Set<String> repeating() {
        return options.stream().filter(Option::repeats).map(Option::name).collect(Collectors.toSet());
    }

    private Map<String, String> letters() {
        return options.stream()
                .filter(option -> !option.letter().isEmpty())
                .collect(Collectors.toMap(Option::letter, Option::name));
    }

    /** What {@code --help} says of it. */
    String help() {
        var text = new StringBuilder("./kiln ").append(form()).append(options.isEmpty() ? "" : " [options]");
        text.append("\n\n  ").append(does).append('\n');
        if (!options.isEmpty()) {
            var width = options.stream()
                    .mapToInt(option -> option.form().length())
                    .max()
                    .orElse(0);
            text.append('\n');
            options.forEach(option -> text.append("  ")
                    .append(option.form())
                    .append(" ".repeat(width - option.form().length() + 2))
                    .append(option.does())
                    .append('\n'));
        }
        return text.toString();
    }
}
