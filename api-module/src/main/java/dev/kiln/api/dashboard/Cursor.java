package dev.kiln.api.dashboard;

import dev.kiln.api.rpc.PagingTokens.Position;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where a page of a list ends, in its address. Nothing is signed: whatever it says, one sees what one may. */
final class Cursor {

    private static final Position BEGINNING = new Position(Instant.parse("9999-01-01T00:00:00Z"), "");

    private Cursor() {}

    /** The position that an address names; the beginning when it names none. */
    static Position read(@Nullable String text) {
        var parts = text == null ? new String[0] : text.split("_", 2);
        try {
            return parts.length == 2 && parts[1].matches("[a-z0-9-]{1,80}")
                    ? new Position(Instant.parse(parts[0]), parts[1])
                    : BEGINNING;
        } catch (DateTimeException e) {
            return BEGINNING;
        }
    }

    /** A page of a list, and where the next one begins; empty when there is none. */
    record Slice<T>(List<T> rows, String next) {

        /** Takes a page out of rows of which one more was read than it holds. */
        static <T> Slice<T> of(List<T> read, int size, Function<T, Position> position) {
            if (read.size() <= size) {
                return new Slice<>(read, "");
            }
            var last = position.apply(read.get(size - 1));
            return new Slice<>(read.subList(0, size), last.createdAt() + "_" + last.id());
        }
    }
}
