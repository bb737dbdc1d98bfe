package dev.kiln.api.live;

import dev.kiln.execution.ExecutionStatus;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** Reads a log for one who is behind what all who follow share. */
record LogReader(LiveRows rows, JsonMapper json, long offset) {

    /** The events that go on from the offset, a few at a time; never none. */
    List<Followed.Sent> read(Followed followed, long from) {
        var chunks = rows.read(followed.execution(), from);
        return chunks.isEmpty()
                // Nothing is where something was: the tail went on meanwhile, and what it is now comes with the next
                // look.
                ? List.of(new Followed.Sent(from, followed.end(), Event.SIGN_OF_LIFE))
                : events(json, chunks, from);
    }

    static List<Followed.Sent> events(JsonMapper json, List<LogChunk> chunks, long from) {
        var events = new ArrayList<Followed.Sent>();
        var offset = from;
        for (var chunk : chunks) {
            events.add(new Followed.Sent(offset, chunk.end(), Event.log(json, chunk, offset)));
            offset = chunk.end();
        }
        return events;
    }

    byte[] changed(ExecutionStatus status) {
        return Event.changed(json, status);
    }

    byte[] end(ExecutionStatus status) {
        return Event.end(json, status);
    }
}
