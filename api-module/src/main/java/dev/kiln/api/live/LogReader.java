package dev.kiln.api.live;

import dev.kiln.execution.ExecutionStatus;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** Reads a log for a follower that is behind the shared events. */
record LogReader(LiveRows rows, JsonMapper json, long offset) {

    /** The next events from the offset on, a few at a time; never an empty list. */
    List<Followed.Sent> read(Followed followed, long from) {
        var chunks = rows.read(followed.execution(), from);
        return chunks.isEmpty()
                // The chunk was replaced while we read (the tail of a long log moves on); the next look finds what took
                // its place.
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
