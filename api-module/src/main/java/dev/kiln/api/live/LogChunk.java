package dev.kiln.api.live;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a log.
 *
 * @param first offset of its first byte in the whole log
 * @param at when it was written
 * @param marks Kiln's own lines in it, preceded by the mark of the step in which it begins
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares chunks.
record LogChunk(long first, byte[] content, Instant at, List<Mark> marks) {

    /** One of Kiln's own lines. */
    record Mark(long first, long end, String kind, String stage, int step, int steps) {}

    /**
     * A run of text from one step and one stream.
     *
     * @param stream {@code kiln} for Kiln's own lines; {@code output} for what commands print, {@code stdout} and
     *     {@code stderr} interleaved
     * @param step number of the command, if there are marks and one was running
     */
    record Part(
            String stream,
            @Nullable String stage,
            @Nullable Integer step,
            @Nullable Integer steps,
            String text) {}

    long end() {
        return first + content.length;
    }

    /** This chunk without what is before the offset. */
    LogChunk from(long offset) {
        return offset <= first
                ? this
                : new LogChunk(offset, Arrays.copyOfRange(content, (int) (offset - first), content.length), at, marks);
    }

    /** The text, in order, cut where the step or the stream changes. */
    List<Part> parts() {
        var parts = new ArrayList<Part>();
        var step = Optional.<Mark>empty();
        var at = first;
        for (var mark : marks) {
            add(parts, "output", step, at, mark.first());
            if (!mark.kind().equals("NOTE")) {
                step = Optional.of(mark);
            }
            add(parts, "kiln", step, Math.max(at, mark.first()), mark.end());
            at = Math.max(at, Math.min(end(), mark.end()));
            if (mark.kind().equals("FINISHED")) {
                step = Optional.empty();
            }
        }
        add(parts, "output", step, at, end());
        return parts;
    }

    private void add(List<Part> parts, String stream, Optional<Mark> step, long from, long to) {
        var begin = (int) (Math.max(from, first) - first);
        var behind = (int) (Math.min(to, end()) - first);
        if (behind > begin) {
            parts.add(new Part(
                    stream,
                    step.map(Mark::stage).orElse(null),
                    step.map(Mark::step).orElse(null),
                    step.map(Mark::steps).orElse(null),
                    new String(content, begin, behind - begin, StandardCharsets.UTF_8)));
        }
    }

    /** The marks that concern the bytes, in order. */
    static List<Mark> about(long first, long end, List<Mark> marks) {
        var before = marks.stream()
                .filter(mark -> mark.first() < first && !mark.kind().equals("NOTE"))
                .reduce((earlier, later) -> later);
        var within = marks.stream().filter(mark -> mark.end() > first && mark.first() < end);
        return Stream.concat(before.stream(), within).distinct().toList();
    }
}
