package dev.kiln.api.relay;

import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/** Events of executions in the structured JSON form of CloudEvents 1.0. */
public final class CloudEvents {

    private static final JsonMapper JSON = new JsonMapper();

    private CloudEvents() {}

    /**
     * One event. Its id is unique per execution and sequence, so that a receiver can drop a second delivery; the
     * sequence shows whether an event is missing.
     */
    static byte[] toJson(Outbox.Event event) {
        var data = new LinkedHashMap<String, Object>();
        data.put("executionId", event.execution());
        data.put("templateId", event.template());
        data.put("accountId", Long.toString(event.account()));
        data.put("sequence", event.sequence());
        data.put("fromStatus", event.from());
        data.put("status", event.to());
        data.put("attempt", event.attempt());
        data.put("message", event.message());
        var envelope = new LinkedHashMap<String, Object>(Map.of("specversion", "1.0"));
        envelope.put("id", event.execution() + "/" + event.sequence());
        envelope.put("source", "/kiln/templates/" + event.template());
        envelope.put("type", "dev.kiln.execution." + event.to().toLowerCase(Locale.ROOT));
        envelope.put("subject", event.execution());
        envelope.put("time", event.at().toString());
        envelope.put("datacontenttype", "application/json");
        envelope.put("data", data);
        return JSON.writeValueAsBytes(envelope);
    }

    /**
     * The event of a database row in JSON; an empty row gives a test message without data.
     *
     * @param receiver the webhook that a test message is for
     * @param id the id of a test message
     */
    public static String ofRow(String row, String receiver, String id) {
        var event = JSON.readTree(row);
        if (event.isEmpty()) {
            var envelope = new LinkedHashMap<String, Object>(Map.of("specversion", "1.0"));
            envelope.put("id", id);
            envelope.put("source", "/kiln/webhooks/" + receiver);
            envelope.put("type", "dev.kiln.webhook.test");
            return JSON.writeValueAsString(envelope);
        }
        var from = event.path("from_status").asString("");
        var bytes = toJson(new Outbox.Event(
                event.path("id").asLong(),
                event.path("execution_id").asString(),
                event.path("template_id").asString(),
                event.path("account_id").asLong(),
                event.path("sequence").asInt(),
                from.isEmpty() ? null : from,
                event.path("to_status").asString(),
                event.path("attempt").asInt(),
                event.path("message").asString(),
                event.path("rings").asBoolean(),
                OffsetDateTime.parse(event.path("at").asString()).toInstant(),
                Optional.empty()));
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
