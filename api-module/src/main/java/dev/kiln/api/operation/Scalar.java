package dev.kiln.api.operation;

import dev.kiln.account.AccountId;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.region.RegionId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * One value.
 *
 * @param reading the value of a well-formed text; empty for any other text
 */
public record Scalar<T>(String type, String rule, Function<String, Optional<T>> reading) implements Form<T> {

    private static final Pattern INTEGER = Pattern.compile("-?\\d{1,18}");
    private static final Pattern ACCOUNT = Pattern.compile("0*[1-9]\\d{0,15}");

    @Override
    public Optional<T> read(Sent sent, String name, ErrorCode code) {
        var text = sent.text(name);
        var value = text.flatMap(reading);
        if (text.isPresent() && value.isEmpty()) {
            sent.refuse(Refusals.invalid(code, sent.wireName(name), text.get(), "it has to be " + rule));
        }
        return value;
    }

    public static Scalar<String> text() {
        return new Scalar<>("text", "", Optional::of);
    }

    /** A text that a predicate accepts. */
    public static Scalar<String> text(String rule, Predicate<String> accepted) {
        return new Scalar<>("text", rule, text -> Optional.of(text).filter(accepted));
    }

    /** A text that matches as a whole. */
    public static Scalar<String> matching(String pattern, String rule) {
        return text(rule, Pattern.compile(pattern).asMatchPredicate());
    }

    /** A text within these lengths that is not a web address; lengths are in characters, not UTF-16 units. */
    public static Scalar<String> prose(int shortest, int longest) {
        return text(
                shortest + " to " + longest + " characters that do not begin with http:// or https://",
                text -> text.codePointCount(0, text.length()) >= shortest
                        && text.codePointCount(0, text.length()) <= longest
                        && !text.startsWith("http://")
                        && !text.startsWith("https://"));
    }

    public static Scalar<String> oneOf(String... words) {
        return text(joined(words), List.of(words)::contains);
    }

    /** One of some lower-case words, in upper or lower case. */
    public static Scalar<String> oneOfInAnyCase(String... words) {
        return new Scalar<>(
                "text",
                joined(words),
                text -> Optional.of(text.toLowerCase(Locale.ROOT)).filter(List.of(words)::contains));
    }

    private static String joined(String... words) {
        return words.length == 1 ? words[0] : "one of " + String.join(", ", words);
    }

    /** Some of the words, separated by commas. */
    public static Scalar<List<String>> someOf(List<String> words) {
        return new Scalar<>(
                "text",
                "of " + String.join(", ", words) + ", separated by commas",
                text -> Optional.of(Arrays.stream(text.split(",", -1))
                                .map(String::trim)
                                .toList())
                        .filter(words::containsAll));
    }

    public static Scalar<Integer> integer(int least, int most) {
        var rule = most == Integer.MAX_VALUE
                ? "a whole number from " + least
                : "a whole number from " + least + " to " + most;
        return new Scalar<>(
                "integer",
                rule,
                text -> Optional.of(text)
                        .filter(INTEGER.asMatchPredicate())
                        .map(Long::parseLong)
                        .filter(number -> number >= least && number <= most)
                        .map(Long::intValue));
    }

    public static Scalar<Boolean> flag() {
        return new Scalar<>("boolean", "true or false", text -> switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> Optional.empty();
        });
    }

    /** The number of an account. */
    public static Scalar<AccountId> account() {
        return new Scalar<>(
                "integer",
                "a number of 1 to 16 digits",
                text -> Optional.of(text)
                        .filter(ACCOUNT.asMatchPredicate())
                        .map(Long::parseLong)
                        .map(AccountId::new));
    }

    /** The name of a region; a malformed name gets the same answer as a region that does not exist. */
    public static Scalar<RegionId> region() {
        return new Scalar<>("text", "a region's name", text -> {
            try {
                return Optional.of(new RegionId(text));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        });
    }
}
