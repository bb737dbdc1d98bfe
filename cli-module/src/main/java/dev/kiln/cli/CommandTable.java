package dev.kiln.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All commands of the client: those that talk to a server, and help and completion. */
final class CommandTable {

    private final List<Command> commands = new ArrayList<>();

    CommandTable(Session session) {
        var templates = new TemplateCommands(session);
        Stream.of(
                        templates.all(),
                        new ScheduleCommands(session, templates).all(),
                        new ContextCommands(session, templates).all(),
                        new ExecutionCommands(session, templates).all(),
                        new ImageCommands(session).all(),
                        new PackageCommands(session).all(),
                        new AccountCommands(session).all(),
                        new ServerCommands(session).all(),
                        new KeyCommands(session).all())
                .forEach(commands::addAll);
        commands.add(new Command(
                "completion",
                List.of("bash|zsh"),
                List.of(),
                "print what completes commands, to be sourced by the shell",
                arguments -> complete(arguments, session.terminal())));
    }

    List<Command> all() {
        return List.copyOf(commands);
    }

    private int complete(Arguments arguments, Terminal terminal) throws UsageException {
        terminal.out().print(new Completion(commands).script(arguments.words().get(0)));
        return ExitStatus.DONE;
    }

    int run(List<String> words) throws UsageException, IOException {
        var command = find(words)
                .orElseThrow(() ->
                        new UsageException("command " + String.join(" ", words.subList(0, Math.min(words.size(), 2)))
                                + " is not known" + near(words)));
        return command.run(words.subList(command.name().split(" ", -1).length, words.size()));
    }

    /** What was probably meant, else the commands that begin with the same word. */
    private String near(List<String> words) {
        var meant = meant(words);
        if (meant.isPresent()) {
            return "; did you mean " + meant.get() + "?";
        }
        var begun = beginningWith(words.get(0));
        return begun.isEmpty() ? "" : "; there is " + String.join(", ", begun);
    }

    private Optional<String> meant(List<String> words) {
        var names = Stream.concat(Completion.LOCAL.stream(), commands.stream().map(Command::name));
        var first = NearestName.close(
                words.get(0), names.map(name -> name.split(" ", -1)[0]).collect(Collectors.toSet()));
        if (first.isPresent() && words.size() > 1) {
            var group = first.get() + " ";
            var seconds = beginningWith(first.get()).stream()
                    .map(name -> name.substring(group.length()))
                    .toList();
            var second = NearestName.close(words.get(1), seconds);
            if (second.isPresent()) {
                return second.map(group::concat);
            }
        }
        return first.filter(name -> !name.equals(words.get(0)));
    }

    private List<String> beginningWith(String word) {
        return commands.stream()
                .map(Command::name)
                .filter(name -> name.startsWith(word + " "))
                .toList();
    }

    /** The command that the words begin with; the longest name wins. */
    Optional<Command> find(List<String> words) {
        var named = Stream.of(2, 1)
                .filter(count -> words.size() >= count)
                .map(count -> String.join(" ", words.subList(0, count)))
                .toList();
        return named.stream()
                .flatMap(name ->
                        commands.stream().filter(command -> command.name().equals(name)))
                .findFirst();
    }

    /** The help command for what was typed: for a command, or for all commands that begin like this. */
    String helpFor(List<String> words) {
        var known = find(words)
                .map(Command::name)
                .or(() -> Optional.of(words.get(0))
                        .filter(word -> commands.stream()
                                .anyMatch(command -> command.name().startsWith(word + " "))));
        return known.map(name -> "./kiln " + name + " --help").orElse("./kiln help");
    }

    /** The help for the command, or for all commands whose names begin like this. */
    String help(List<String> words) {
        var found = find(words);
        if (found.isPresent()) {
            return found.get().help() + SURROUNDINGS;
        }
        var group = words.isEmpty() ? "" : words.get(0) + " ";
        var shown = commands.stream()
                .filter(command -> command.name().startsWith(group))
                .toList();
        return (shown.isEmpty() ? list(commands) : list(shown)) + SURROUNDINGS;
    }

    private static String list(List<Command> shown) {
        var width = shown.stream()
                .mapToInt(command -> command.form().length())
                .max()
                .orElse(0);
        var text = new StringBuilder();
        shown.forEach(command -> text.append("  ./kiln ")
                .append(command.form())
                .append(" ".repeat(width - command.form().length() + 2))
                .append(command.does())
                .append('\n'));
        return text.append("\n\"./kiln COMMAND --help\" shows the options of one.\n")
                .toString();
    }

    private static final String SURROUNDINGS = """

            KILN_ENDPOINT           server, default http://127.0.0.1:8080
            KILN_ACCESS_KEY_ID,
            KILN_ACCESS_KEY_SECRET  key to sign with, default that of data/root-key (or KILN_DATA/root-key)
            KILN_SECURITY_TOKEN     the token of a temporary key
            KILN_REGION             region, default cn-hangzhou
            """;
}
