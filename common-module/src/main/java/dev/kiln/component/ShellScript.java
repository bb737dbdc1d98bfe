package dev.kiln.component;

import dev.kiln.template.BuildContentException;
import dev.kiln.template.TaskText;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A shell script with {@code {{…}}} references. Each reference becomes the expansion of a variable, quoted as its place
 * requires. Values are never part of the script, so a parsing mistake here can yield a wrong text but never a command.
 */
final class ShellScript {

    private static final Pattern SHELL =
            Pattern.compile("#![ \\t]*(/\\S*/)?(env[ \\t]+)?(\\S*/)?(sh|ash|dash|bash|ksh|mksh|zsh)([ \\t].*)?");

    /**
     * The one shell assumed not to know {@code $'…'}, where a backslash escapes a quote; whatever sh is, it may know
     * it.
     */
    private static final Pattern DASH = Pattern.compile("#![ \\t]*(/\\S*/)?(env[ \\t]+)?(\\S*/)?dash([ \\t].*)?");

    /** Words after which a command begins, as at the start of a line; "case" only where it is not itself a pattern. */
    private static final Pattern KEYWORD =
            Pattern.compile("(case(?=[ \\t]+[^ \\t|)])|esac|then|do|else|elif|if|while|until|!|\\{)(?=[\\s;&|()<>]|$)");

    private static final Pattern QUOTES = Pattern.compile("[\"'\\\\]");

    private enum Place {
        /** Unquoted text, split into words. */
        BARE,
        /** Unquoted, up to a closing bracket. */
        GROUP,
        /**
         * Unquoted, up to a closing bracket, as a script of its own: here documents awaited outside do not begin in it.
         */
        SUBSTITUTION,
        /** Like SUBSTITUTION, but up to a back quote. */
        BACK_QUOTES,
        /** Unquoted, up to the word esac: a bracket that closes a pattern closes nothing else. */
        CASE,
        ARITHMETIC,
        DOUBLE_QUOTES,
        SINGLE_QUOTES,
        /** Single quotes preceded by a dollar sign. */
        DOLLAR_QUOTES,
        /** Like double quotes, but a quote stands for itself. */
        HERE_DOCUMENT
    }

    private static final int DEEPEST = 100;

    private record HereDocument(String end, boolean withoutTabs, boolean literal, long level) {}

    private final YamlValue.Scalar scalar;
    private final String text;
    private final References references;
    private final StringBuilder script = new StringBuilder();
    private final Map<String, TaskText> variables = new LinkedHashMap<>();
    private final Deque<Place> places = new ArrayDeque<>(List.of(Place.BARE));
    private final List<HereDocument> awaited = new ArrayList<>();
    private final boolean knowsDollarQuotes;
    private int at;
    private boolean hasReferences;

    /** Whether a command may begin here; only then are keywords recognised. */
    private boolean commandBegins = true;

    private ShellScript(YamlValue.Scalar scalar, References references) {
        this.scalar = scalar;
        this.text = scalar.text();
        this.references = references;
        this.knowsDollarQuotes = !DASH.matcher(firstLine()).matches();
        references
                .parameterNames()
                .forEach(name -> variables.put(variable(name), new TaskText(List.of(new TaskText.Parameter(name)))));
    }

    /**
     * The script for the shell, and its variables.
     *
     * @param variables all parameters, and the outputs that the script uses
     */
    record Parsed(String script, Map<String, TaskText> variables) {}

    static Parsed parse(YamlValue.Scalar scalar, References references) throws BuildContentException {
        var parser = new ShellScript(scalar, references);
        parser.run();
        return new Parsed(parser.script.toString(), Collections.unmodifiableMap(parser.variables));
    }

    /** The name of the variable that holds the parameter's value. */
    static String variable(String parameter) {
        return "KILN_PARAMETER_" + parameter.replace('-', '_');
    }

    private void run() throws BuildContentException {
        while (at < text.length()) {
            if (!braces()) {
                step(text.charAt(at));
            }
        }
        var firstLine = firstLine();
        if (hasReferences
                && firstLine.startsWith("#!")
                && !SHELL.matcher(firstLine).matches()) {
            throw YamlReader.refused(
                    scalar.lineOf(0),
                    "\"" + YamlReader.shown(firstLine) + "\" is not a shell, and {{…}} is written for one",
                    "read the values of parameters from the environment, KILN_PARAMETER_<name>");
        }
    }

    private String firstLine() {
        return text.lines().findFirst().orElse("");
    }

    /** Consumes a reference or literal braces, if one is here. */
    private boolean braces() throws BuildContentException {
        if (text.startsWith("\\{{", at)) {
            script.append("{{");
            at += 3;
            commandBegins = false;
            return true;
        }
        if (!text.startsWith("{{", at)) {
            return false;
        }
        var variable = variable();
        commandBegins = false;
        switch (place()) {
            case BARE, GROUP, SUBSTITUTION, BACK_QUOTES, CASE -> script.append("\"${" + variable + "}\"");
            case SINGLE_QUOTES -> script.append("'\"${" + variable + "}\"'");
            case DOLLAR_QUOTES -> script.append("'\"${" + variable + "}\"$'");
            case ARITHMETIC, DOUBLE_QUOTES, HERE_DOCUMENT -> script.append("${" + variable + "}");
        }
        return true;
    }

    private String variable() throws BuildContentException {
        int begin = at;
        var found = references.at(scalar, at);
        at = found.end();
        // A shell evaluates a variable's text in arithmetic, and some shells run commands in it.
        if (place() == Place.ARITHMETIC && !references.isNumber(found.part())) {
            throw YamlReader.refused(
                    scalar.lineOf(begin),
                    text.substring(begin, at) + " is computed with, but is no Number",
                    "declare a parameter of Type Number");
        }
        hasReferences = true;
        var variable = found.part() instanceof TaskText.Parameter parameter
                ? variable(parameter.name())
                : "KILN_STDOUT_" + ((TaskText.Output) found.part()).number();
        variables.put(variable, new TaskText(List.of(found.part())));
        return variable;
    }

    private void enter(Place place) throws BuildContentException {
        if (places.size() == DEEPEST) {
            throw YamlReader.refused(
                    scalar.lineOf(at),
                    "brackets and quotes are nested deeper than " + DEEPEST,
                    "write it in more steps");
        }
        places.add(place);
    }

    private Place place() {
        return places.getLast();
    }

    private void step(char c) throws BuildContentException {
        switch (place()) {
            case SINGLE_QUOTES, DOLLAR_QUOTES -> {
                boolean escape = c == '\\' && place() == Place.DOLLAR_QUOTES;
                if (c == '\'') {
                    places.removeLast();
                }
                take(escape ? 2 : 1);
            }
            case DOUBLE_QUOTES, HERE_DOCUMENT -> inDoubleQuotes(c);
            case ARITHMETIC -> inArithmetic(c);
            case BARE, GROUP, SUBSTITUTION, BACK_QUOTES, CASE -> outsideOfQuotes(c);
        }
    }

    private void inDoubleQuotes(char c) throws BuildContentException {
        if (c == '"' && place() == Place.DOUBLE_QUOTES) {
            places.removeLast();
            take(1);
        } else if (!expansion(c)) {
            take(c == '\\' ? 2 : 1);
        }
    }

    private void inArithmetic(char c) throws BuildContentException {
        if (c == '(') {
            enter(Place.ARITHMETIC);
            take(1);
        } else if (c == ')') {
            places.removeLast();
            take(1);
        } else if (!expansion(c)) {
            take(1);
        }
    }

    /** Consumes an expansion that may also begin in double quotes. */
    private boolean expansion(char c) throws BuildContentException {
        if (c == '`') {
            backQuote();
        } else if (text.startsWith("$((", at)) {
            enter(Place.ARITHMETIC);
            enter(Place.ARITHMETIC);
            take(3);
        } else if (text.startsWith("$(", at)) {
            enter(Place.SUBSTITUTION);
            take(2);
            commandBegins = true;
        } else {
            return false;
        }
        return true;
    }

    private void backQuote() throws BuildContentException {
        commandBegins = !places.contains(Place.BACK_QUOTES);
        if (!commandBegins) {
            while (places.removeLast() != Place.BACK_QUOTES) {
                // Discards quotes left open within it.
            }
        } else {
            enter(Place.BACK_QUOTES);
        }
        take(1);
    }

    private void outsideOfQuotes(char c) throws BuildContentException {
        if (expansion(c) || (commandBegins && keyword())) {
            return;
        }
        if (text.startsWith("<<<", at)) {
            take(3);
        } else if (text.startsWith("<<", at)) {
            awaitHereDocument();
        } else if (text.startsWith("((", at)) {
            enter(Place.ARITHMETIC);
            enter(Place.ARITHMETIC);
            take(2);
        } else if (c == '#' && beginsWord()) {
            comment();
        } else if (c == '\n') {
            take(1);
            hereDocuments();
            commandBegins = true;
        } else {
            bracketOrQuote(c);
        }
    }

    private boolean keyword() throws BuildContentException {
        var found = KEYWORD.matcher(text).region(at, text.length()).useTransparentBounds(true);
        if (!found.lookingAt()) {
            return false;
        }
        if (found.group(1).equals("case")) {
            enter(Place.CASE);
        } else if (found.group(1).equals("esac") && place() == Place.CASE) {
            places.removeLast();
        }
        commandBegins = !found.group(1).endsWith("case");
        take(found.end() - at);
        return true;
    }

    private void bracketOrQuote(char c) throws BuildContentException {
        boolean escape = c == '\\' || text.startsWith("$$", at);
        boolean dollarQuotes = knowsDollarQuotes && text.startsWith("$'", at);
        boolean closesPattern = c == ')' && place() == Place.CASE;
        boolean closesWord = c == ')' && place() == Place.SUBSTITUTION;
        if (dollarQuotes) {
            enter(Place.DOLLAR_QUOTES);
        } else if (c == '\'') {
            enter(Place.SINGLE_QUOTES);
        } else if (c == '"') {
            enter(Place.DOUBLE_QUOTES);
        } else if (c == '(') {
            enter(Place.GROUP);
        } else if (closesWord || (c == ')' && place() == Place.GROUP)) {
            places.removeLast();
        }
        if (!text.startsWith("\\\n", at) && " \t".indexOf(c) < 0) {
            commandBegins = closesPattern || (";&|()".indexOf(c) >= 0 && !closesWord);
        }
        take(escape || dollarQuotes ? 2 : 1);
    }

    private boolean beginsWord() {
        return at == 0 || " \t\n;&|()`".indexOf(text.charAt(at - 1)) >= 0;
    }

    private void comment() throws BuildContentException {
        while (at < text.length() && text.charAt(at) != '\n') {
            if (!braces()) {
                take(1);
            }
        }
    }

    private void awaitHereDocument() throws BuildContentException {
        take(2);
        boolean withoutTabs = text.startsWith("-", at);
        take(withoutTabs ? 1 : 0);
        while (at < text.length() && " \t".indexOf(text.charAt(at)) >= 0) {
            take(1);
        }
        int begin = at;
        while (at < text.length() && " \t\n;&|<>()".indexOf(text.charAt(at)) < 0) {
            take(1);
        }
        var word = text.substring(begin, at);
        if (word.contains("{{")) {
            throw YamlReader.refused(scalar.lineOf(begin), "<< ends at a {{…}}", "write a word of your own");
        }
        var end = QUOTES.matcher(word).replaceAll("");
        awaited.add(new HereDocument(end, withoutTabs, !end.equals(word), level()));
    }

    private void hereDocuments() throws BuildContentException {
        long level = level();
        var documents =
                awaited.stream().filter(document -> document.level() >= level).toList();
        awaited.removeAll(documents);
        for (var document : documents) {
            int outside = places.size();
            enter(Place.HERE_DOCUMENT);
            while (at < text.length() && places.size() > outside && !endsHere(document, outside)) {
                hereLine(document, outside);
            }
            while (places.size() > outside) {
                places.removeLast();
            }
        }
    }

    /** How many nested scripts this position is in. */
    private long level() {
        return places.stream()
                .filter(place -> place == Place.SUBSTITUTION || place == Place.BACK_QUOTES)
                .count();
    }

    private boolean endsHere(HereDocument document, int outside) {
        int newline = text.indexOf('\n', at);
        int end = newline < 0 ? text.length() : newline;
        var line = text.substring(at, end);
        boolean ends = places.size() == outside + 1
                && (document.withoutTabs() ? line.replaceFirst("^\t+", "") : line).equals(document.end());
        if (ends) {
            take(end - at + 1);
        }
        return ends;
    }

    private void hereLine(HereDocument document, int outside) throws BuildContentException {
        while (at < text.length() && text.charAt(at) != '\n') {
            if (document.literal() && text.startsWith("{{", at)) {
                throw YamlReader.refused(
                        scalar.lineOf(at),
                        "{{…}} stands below <<'" + document.end() + "', where the shell expands nothing",
                        "write <<" + document.end() + " without quotes, and \\$ for dollars");
            }
            if (!braces()) {
                char c = text.charAt(at);
                if (document.literal() || (c == '\\' && at + 1 < text.length() && text.charAt(at + 1) == '\n')) {
                    take(1);
                } else {
                    step(c);
                }
            }
            if (places.size() <= outside) {
                return;
            }
        }
        take(1);
    }

    private void take(int count) {
        int end = Math.min(text.length(), at + count);
        script.append(text, at, end);
        at = end;
    }
}
