package dev.kiln.api.relay;

import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The schemas in docs, for whoever holds something against them. */
final class PublishedSchema {

    private PublishedSchema() {}

    /** What of a document is not as the schema of this name says. */
    static List<Error> violations(String name, JsonNode document) {
        try {
            var text = Files.readString(Path.of("../docs/" + name + ".schema.json"));
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(text)
                    .validate(document);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
