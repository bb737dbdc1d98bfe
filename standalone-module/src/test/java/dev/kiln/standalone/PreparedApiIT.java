package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.ApiApplication;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An API whose jar was built by Java 21 or newer does not find out its beans at its start: docs/adr/0028. */
class PreparedApiIT {

    @TempDir
    private Path directory;

    @Test
    void startsFromWhatWasFoundOutWhenItsJarWasBuilt() throws IOException {
        try (var cluster = new Cluster(directory)) {
            cluster.tell("logging.structured.format.console", "logstash");
            cluster.api();

            assertThat(cluster.logged("api-1"))
                    .anyMatch(line -> line.path("message").asString("").startsWith(firstWords()));
        }
    }

    /** Classes that lie in a directory were compiled, and no jar was built of them. */
    private static String firstWords() {
        var isBuilt = ApiApplication.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath()
                .endsWith(".jar");
        return isBuilt && Runtime.version().feature() >= 21
                ? "Starting AOT-processed ApiApplication"
                : "Starting ApiApplication";
    }
}
