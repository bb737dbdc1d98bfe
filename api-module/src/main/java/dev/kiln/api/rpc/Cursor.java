package dev.kiln.api.rpc;

import dev.kiln.api.rpc.PagingTokens.Position;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where a page of a list ends, as part of an address. It needs no signature: whatever it says, a caller sees only what
 * it may.
 */
public final class Cursor {

    private static final Position BEGINNING = new Position(Instant.parse("9999-01-01T00:00:00Z"), "");

    // Only years that the database knows.
    private static final String TIME = "[0-9]{4}-[0-9:.TZ-]{1,40}";

    private Cursor() {}

    /** The position in an address; the beginning if there is none. */
    public static Position read(@Nullable String text) {
        return text == null ? BEGINNING : parse(text).orElse(BEGINNING);
    }

    /** The position that the text stands for; empty if it is malformed. */
    public static Optional<Position> parse(String text) {
        var parts = text.split("_", 2);
        try {
            return parts.length == 2 && parts[0].matches(TIME) && parts[1].matches("[a-z0-9-]{1,80}")
                    ? Optional.of(new Position(Instant.parse(parts[0]), parts[1]))
                    : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** The text that stands for the position. */
    public static String write(Position position) {
        return position.createdAt() + "_" + position.id();
    }

    /** A page of a list; {@code next} is where the next page begins, empty on the last one. */
    public record Slice<T>(List<T> rows, String next) {

        /** Makes a page of rows that were read with one more than it holds. */
        public static <T> Slice<T> of(List<T> read, int size, Function<T, Position> position) {
            if (read.size() <= size) {
                return new Slice<>(read, "");
            }
            var last = position.apply(read.get(size - 1));
            return new Slice<>(read.subList(0, size), write(last));
        }
    }
}
