package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springdoc.core.configuration.SpringDocConfiguration;
import org.springdoc.core.properties.SpringDocConfigProperties;
import org.springdoc.webmvc.core.configuration.MultipleOpenApiSupportConfiguration;
import org.springdoc.webmvc.core.configuration.SpringDocWebMvcConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import tools.jackson.databind.node.ObjectNode;

class OpenApiIT {

    private static final Path FILE = Path.of("src/main/resources/dev/kiln/api/rest/openapi.json");

    // Records of several controllers have the same simple name.
    private static final Map<String, String> SETTINGS = Map.of(
            "springdoc.api-docs.path", "/described",
            "springdoc.paths-to-match", "/api/v1/**",
            "springdoc.use-fqn", "true",
            "springdoc.writer-with-order-by-keys", "true");

    private static final Pattern PACKAGE = Pattern.compile("dev\\.kiln\\.([a-z]+\\.)+");

    /** Rewrite with {@code -Dkiln.write-docs=true} after a change of a controller. */
    @Test
    void theDescriptionSaysWhatTheControllersTakeAndAnswer() throws IOException {
        try (var server = ApiServer.startWith(Describer.class, SETTINGS)) {
            var described = (ObjectNode) server.as(ApiServer.ROOT)
                    .exchange("GET", "/described", new byte[0], Map.of())
                    .json();
            described.remove("servers"); // where this test has its server
            described
                    .putObject("info")
                    .put("title", "Kiln: what the ECS API lacks")
                    .put("version", "1");
            var names = described.path("components").path("schemas").propertyNames().stream()
                    .map(OpenApiIT::shortened)
                    .toList();
            assertThat(names).doesNotHaveDuplicates();
            var wanted = shortened(described.toPrettyString()) + "\n";
            if (Boolean.getBoolean("kiln.write-docs")) {
                Files.writeString(FILE, wanted);
            }
            assertThat(FILE).content().isEqualTo(wanted);
        }
    }

    private static String shortened(String text) {
        return PACKAGE.matcher(text).replaceAll("");
    }

    @ImportAutoConfiguration({
        SpringDocConfiguration.class,
        SpringDocConfigProperties.class,
        SpringDocWebMvcConfiguration.class,
        MultipleOpenApiSupportConfiguration.class
    })
    private static final class Describer {}
}
