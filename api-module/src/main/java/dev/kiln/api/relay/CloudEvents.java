package dev.kiln.api.relay;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Events of executions in the structured JSON form of CloudEvents 1.0. */
final class CloudEvents {

    private static final JsonMapper JSON = new JsonMapper();

    private CloudEvents() {}

    /**
     * One event: its id is unique per execution and sequence, so that a receiver can drop a second delivery, and the
     * sequence tells a receiver whether one is missing.
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
}
