package dev.kiln.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One command; the table of commands is the source for parsing, help and completion.
 *
 * @param name one or two words
 * @param words the words after it, for help: upper case stands for a value, … for any number of them
 * @param does what it does, as half a sentence
 */
record Command(String name, List<String> words, List<Option> options, String does, Action action) {

    /** Runs a command and returns its exit status. */
    interface Action {
        int run(Arguments arguments) throws UsageException, IOException;
    }

    private boolean anyNumber() {
        return !words.isEmpty() && words.get(words.size() - 1).endsWith("…");
    }

    /** How to type it, without its options. */
    String form() {
        return words.isEmpty() ? name : name + " " + String.join(" ", words);
    }

    private String usage() {
        return "./kiln " + form() + (options.isEmpty() ? "" : " [options]");
    }

    int run(List<String> typed) throws UsageException, IOException {
        var arguments = Arguments.parse(typed, named(false), named(true), letters(), repeating());
        requireWords(arguments.words());
        // Before the action, so that nothing is changed whose answer cannot be shown.
        Session.json(arguments);
        return action.run(arguments);
    }

    private void requireWords(List<String> given) throws UsageException {
        var needed = anyNumber() ? words.subList(0, words.size() - 1) : words;
        if (given.size() < needed.size()) {
            var missing = needed.subList(given.size(), needed.size());
            throw new UsageException(
                    String.join(" and ", missing) + (missing.size() == 1 ? " is" : " are") + " missing: " + usage());
        }
        if (given.size() > needed.size() && !anyNumber()) {
            var more = String.join(" ", given.subList(needed.size(), given.size()));
            throw new UsageException("\"" + more + "\" is too much: " + usage());
        }
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

    /** The text of {@code --help}. */
    String help() {
        var text = new StringBuilder(usage());
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
