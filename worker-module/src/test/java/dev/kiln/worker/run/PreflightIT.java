package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionStatus;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is found out about the targets before a build begins, and what whoever asked for it is told. */
class PreflightIT {

    private final GatedEngine engine = new GatedEngine();
    private Rig rig;

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig(new BrokenRegions()::wrap);
    }

    @AfterEach
    void end() {
        rig.close();
    }

    @Test
    void aRegionThatCannotBeWrittenToIsToldWithoutWhereItIs() throws IOException {
        var directory = rig.directories.get("cn-two");
        Files.delete(directory);
        Files.writeString(directory, "in its place");
        var execution = rig.start(rig.template("RUN true"));

        rig.worker(engine, 1).ring();
        rig.await(execution, ExecutionStatus.FAILED);

        assertThat(rig.jdbc
                        .sql("select error_code || ': ' || error_info || message from execution")
                        .query(String.class)
                        .single())
                .startsWith("RegionUnavailable: region cn-two cannot be written to: ")
                .doesNotContain(directory.getParent().toString());
    }
}
