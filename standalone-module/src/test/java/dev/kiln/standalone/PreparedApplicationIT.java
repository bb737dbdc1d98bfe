package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.ApiApplication;
import dev.kiln.worker.WorkerApplication;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process whose jar was built by Java 21 or newer does not find out its beans at its start: docs/adr/0028. */
class PreparedApplicationIT {

    @TempDir
    private Path directory;

    @Test
    void startsFromWhatWasFoundOutWhenItsJarWasBuilt() throws IOException {
        try (var cluster = new Cluster(directory)) {
            cluster.tell("logging.structured.format.console", "logstash");
            cluster.start(1);

            assertThat(cluster.logged("api-1"))
                    .anyMatch(line -> line.path("message").asString("").matches(firstWords(ApiApplication.class)));
            assertThat(cluster.logged("worker-1"))
                    .anyMatch(line -> line.path("message").asString("").matches(firstWords(WorkerApplication.class)));
        }
    }

    /** Classes that lie in a directory may have been compiled only, and no jar was built of them. */
    private static String firstWords(Class<?> main) {
        var isBuilt = main.getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath()
                .endsWith(".jar");
        var isPrepared = isBuilt && Runtime.version().feature() >= 21;
        return "Starting " + (isPrepared ? "AOT-processed " : "(AOT-processed )?") + main.getSimpleName() + ".*";
    }
}
