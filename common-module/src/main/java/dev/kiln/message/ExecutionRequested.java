package dev.kiln.message;

import dev.kiln.execution.ExecutionId;
import dev.kiln.template.TemplateId;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A doorbell: look at this execution's row. It carries only ids and a schema version, nothing that could be stale.
 * Readers ignore members they do not know.
 */
public record ExecutionRequested(ExecutionId execution, TemplateId template) {

    /** Version of the form below; a reader drops newer messages, and the orphan sweep finds the row. */
    private static final int SCHEMA_VERSION = 1;

    private static final JsonMapper JSON = new JsonMapper();

    private record Form(int schemaVersion, String executionId, String templateId) {}

    public byte[] toJson() {
        return JSON.writeValueAsBytes(new Form(SCHEMA_VERSION, execution.value(), template.value()));
    }

    /** Reads a message; empty when it is not one that this version understands. */
    public static Optional<ExecutionRequested> parse(byte[] message) {
        try {
            var tree = JSON.readTree(new String(message, StandardCharsets.UTF_8));
            var execution = tree.path("executionId").asString("");
            var template = tree.path("templateId").asString("");
            return tree.path("schemaVersion").asInt(0) == SCHEMA_VERSION && !execution.isEmpty()
                    ? Optional.of(new ExecutionRequested(new ExecutionId(execution), new TemplateId(template)))
                    : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
