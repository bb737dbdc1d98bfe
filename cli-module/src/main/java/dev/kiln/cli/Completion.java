package dev.kiln.cli;

import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Generates shell completion from the table of commands, so that both always agree. */
final class Completion {

    // Commands of the launcher itself, which start and break whole systems.
    static final List<String> LOCAL = List.of("bench", "demo", "faults", "help", "test", "up");

    private final List<Command> commands;

    Completion(List<Command> commands) {
        this.commands = commands;
    }

    String script(String shell) throws UsageException {
        return switch (shell) {
            case "bash" -> bash();
            case "zsh" -> "#compdef kiln\nautoload -U +X bashcompinit && bashcompinit\n" + bash();
            default -> throw new UsageException("completion is there for bash and zsh, not for " + shell);
        };
    }

    private String bash() {
        return """
                _kiln() {
                    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words
                    case $prev in
                        -f | --file | --policy) COMPREPLY=($(compgen -f -- "$cur")); [[ ${#COMPREPLY[@]} -gt 0 ]] && return ;;
                        -o | --output) COMPREPLY=($(compgen -W "json table" -- "$cur")); return ;;
                        -s | --status) COMPREPLY=($(compgen -W "%s" -- "$cur")); return ;;
                    esac
                    case "${COMP_CWORD}:${COMP_WORDS[1]} ${COMP_WORDS[2]}" in
                        1:*) words="%s" ;;
                %s%s        *) words= ;;
                    esac
                    COMPREPLY=($(compgen -W "$words" -- "$cur"))
                    [[ ${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- "$cur"))
                }
                complete -F _kiln kiln ./kiln
                """.formatted(
                        "PREPARING BUILDING TESTING DISTRIBUTING RELEASING CANCELLING SUCCESS PARTITION_SUCCESS FAILED"
                                + " TEST_FAILED CANCELLED",
                        String.join(" ", first()),
                        seconds(),
                        options());
    }

    private Set<String> first() {
        var words = new TreeSet<>(LOCAL);
        commands.forEach(command -> words.add(command.name().split(" ", -1)[0]));
        return words;
    }

    /** The second words of two-word commands. */
    private String seconds() {
        var groups = new TreeMap<String, String>();
        for (var command : commands) {
            var words = command.name().split(" ", -1);
            if (words.length == 2) {
                groups.merge(words[0], words[1], (a, b) -> a + " " + b);
            }
        }
        return groups.entrySet().stream()
                .map(group -> line("2:" + group.getKey() + "\\ *", group.getValue()))
                .collect(Collectors.joining());
    }

    private String options() {
        return commands.stream()
                .map(command -> {
                    var pattern = "*:" + command.name().replace(" ", "\\ ");
                    var names = command.options().stream()
                            .flatMap(option -> option.names().stream())
                            .collect(Collectors.joining(" "));
                    var values = command.name().equals("completion") ? "bash zsh" : (names + " --help").strip();
                    return line(command.name().contains(" ") ? pattern : pattern + "\\ *", values);
                })
                .collect(Collectors.joining());
    }

    private static String line(String pattern, String words) {
        return "        " + pattern + ") words=\"" + words + "\" ;;\n";
    }
}
