package dev.kiln.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A parsed command line: words, options with a value ({@code --port 8080} or {@code --port=8080}), and flags. */
public final class Arguments {

    private final List<String> words = new ArrayList<>();
    private final Map<String, String> options = new HashMap<>();
    private final Map<String, List<String>> repeated = new HashMap<>();

    private Arguments() {}

    /**
     * Parses the arguments.
     *
     * @param options names, without dashes, of the options that take a value
     * @param flags names of the options without a value
     */
    public static Arguments parse(List<String> arguments, Set<String> options, Set<String> flags)
            throws UsageException {
        return parse(arguments, options, flags, Map.of(), Set.of());
    }

    /**
     * Parses the arguments of a command whose options have short forms.
     *
     * @param letters names of the options by their letter
     * @param repeating names of the options that may be given several times
     */
    static Arguments parse(
            List<String> arguments,
            Set<String> options,
            Set<String> flags,
            Map<String, String> letters,
            Set<String> repeating)
            throws UsageException {
        var parsed = new Arguments();
        var rest = arguments.iterator();
        while (rest.hasNext()) {
            var typed = rest.next();
            var word = isShort(typed) ? "--" + letters.getOrDefault(typed.substring(1), typed) : typed;
            if (!word.startsWith("--")) {
                parsed.words.add(word);
                continue;
            }
            var equals = word.indexOf('=');
            var name = word.substring(2, equals < 0 ? word.length() : equals);
            if (flags.contains(name) && equals < 0) {
                parsed.put(name, "", false);
            } else if (!options.contains(name)) {
                throw new UsageException("option " + fault(typed, name, options, flags));
            } else if (equals >= 0) {
                parsed.put(name, word.substring(equals + 1), repeating.contains(name));
            } else if (rest.hasNext()) {
                parsed.put(name, rest.next(), repeating.contains(name));
            } else {
                throw new UsageException("option --" + name + " needs a value");
            }
        }
        return parsed;
    }

    private static String fault(String typed, String name, Set<String> options, Set<String> flags) {
        if (flags.contains(name)) {
            return "--" + name + " takes no value";
        }
        var known = new HashSet<>(options);
        known.addAll(flags);
        return typed + " is not known here"
                + NearestName.close(name, known)
                        .map(near -> "; did you mean --" + near + "?")
                        .orElse("");
    }

    /** Whether it is a dash and a letter; a single dash may be a file, and more letters a text. */
    private static boolean isShort(String word) {
        return word.length() == 2 && word.charAt(0) == '-' && Character.isLetter(word.charAt(1));
    }

    private void put(String name, String value, boolean repeats) throws UsageException {
        repeated.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
        if (options.put(name, value) != null && !repeats) {
            throw new UsageException("option --" + name + " is given twice");
        }
    }

    /** The words that are neither options nor values of options, in order. */
    public List<String> words() {
        return List.copyOf(words);
    }

    public boolean has(String flag) {
        return options.containsKey(flag);
    }

    public Optional<String> option(String name) {
        return Optional.ofNullable(options.get(name));
    }

    /** All values of a repeatable option, in order. */
    List<String> all(String name) {
        return List.copyOf(repeated.getOrDefault(name, List.of()));
    }

    public String required(String name) throws UsageException {
        return option(name).orElseThrow(() -> new UsageException("option --" + name + " is missing"));
    }

    /** The option as a whole number within bounds; the default when it is not given. */
    public int number(String name, int otherwise, int least, int most) throws UsageException {
        var given = option(name);
        if (given.isEmpty()) {
            return otherwise;
        }
        var text = given.get();
        if (text.matches("[0-9]{1,9}")) {
            var number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw new UsageException("--" + name + " " + text + " is not a number from " + least + " to " + most);
    }
}
