package dev.kiln.api.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kiln.execution.ExecutionStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Server-sent events, as bytes. */
final class Event {

    /**
     * Sets how soon a client reconnects, in milliseconds, and starts the stream with something that is not an event.
     */
    static final byte[] GREETING = bytes("retry: 500\n\n");

    /** Shows a client, and any proxy in between, that the connection is alive. */
    static final byte[] SIGN_OF_LIFE = bytes(":\n\n");

    private Event() {}

    /**
     * A piece of a log as it is sent.
     *
     * @param missing how many bytes before it were left out, if any
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Log(long from, long to, @Nullable Long missing, Instant at, List<LogChunk.Part> parts) {}

    /** The status of an execution. */
    record Status(ExecutionStatus status) {}

    /** A chunk for a client that has everything before the offset; its id is the offset to go on from. */
    static byte[] log(JsonMapper json, LogChunk chunk, long offset) {
        var missing = chunk.first() > offset ? chunk.first() - offset : null;
        var data = new Log(chunk.first(), chunk.end(), missing, chunk.at(), chunk.parts());
        return bytes("id: " + chunk.end() + "\nevent: log\ndata: " + json.writeValueAsString(data) + "\n\n");
    }

    /** The execution has changed. */
    static byte[] changed(JsonMapper json, ExecutionStatus status) {
        return bytes("event: changed\ndata: " + json.writeValueAsString(new Status(status)) + "\n\n");
    }

    /** The execution has ended and its log was sent. */
    static byte[] end(JsonMapper json, ExecutionStatus status) {
        return bytes("event: end\ndata: " + json.writeValueAsString(new Status(status)) + "\n\n");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
