package dev.kiln.api.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionStatus;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A schema that accepts anything would be no use. */
class PublishedSchemaTest {

    @Test
    void theSchemaKnowsEveryStatusAndNoOther() {
        var schema =
                new JsonMapper().readTree(Path.of("../docs/event.schema.json").toFile());
        var names = Stream.of(ExecutionStatus.values()).map(Enum::name).toList();

        assertThat(schema.at("/$defs/status/enum").valueStream().map(JsonNode::asString))
                .containsExactlyInAnyOrderElementsOf(names);
        assertThat(schema.at("/properties/type/enum").valueStream().map(JsonNode::asString))
                .containsExactlyInAnyOrderElementsOf(names.stream()
                        .map(name -> "dev.kiln.execution." + name.toLowerCase(Locale.ROOT))
                        .toList());
        assertThat(PublishedSchema.violations("event", new JsonMapper().readTree("{\"specversion\":\"1.0\"}")))
                .hasSizeGreaterThan(5);
    }
}
