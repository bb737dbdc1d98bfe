package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.parameter.ExecutionParameters;
import dev.kiln.parameter.RunParameter;
import dev.kiln.parameter.RunParameters;
import dev.kiln.worker.engine.Builds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executions with secret parameters, from the claim to what is left of them in database and regions. */
class SecretsIT {

    private static final String SECRET = "a secret/that+nobody sees";

    @TempDir
    private Path directory;

    private Rig rig;

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig();
        rig.baseImage(Builds.base());
    }

    @AfterEach
    void end() {
        rig.close();
    }

    private ExecutionId run(String content, ExecutionStatus end) {
        var template = rig.template("RUN echo \"tested with $TOKEN\"");
        rig.content(content);
        rig.jdbc.sql("update template set step_cache_seconds = 3600").update();
        var execution = rig.start(template);
        var parameter = new RunParameter("TOKEN", SECRET, true);
        new ExecutionParameters(rig.jdbc, Optional.of(rig.seal)).add(execution, new RunParameters(List.of(parameter)));
        var limit = Duration.ofMinutes(1);
        rig.worker(Builds.engine(directory.resolve("engine"), limit, limit), 1).ring();
        rig.await(execution, end);
        return execution;
    }

    /** Every row of every table, as text; bytes are in hexadecimal digits there. */
    private List<String> everything() {
        return rig
                .jdbc
                .sql("select tablename from pg_tables where schemaname = 'public'")
                .query(String.class)
                .list()
                .stream()
                .flatMap(table ->
                        rig.jdbc.sql("select t::text from " + table + " t").query(String.class).list().stream())
                .toList();
    }

    private void assertNothingIsLeftOfIt() throws IOException {
        var bytes = SECRET.getBytes(StandardCharsets.UTF_8);
        var base64 = Base64.getEncoder().encodeToString(bytes).substring(0, 30);
        assertThat(everything())
                .hasSizeGreaterThan(10)
                .allSatisfy(row -> assertThat(row)
                        .doesNotContain(SECRET, base64, HexFormat.of().formatHex(bytes))
                        .doesNotContain(HexFormat.of().formatHex(base64.getBytes(StandardCharsets.UTF_8))));
        assertThat(rig.jdbc
                        .sql("select count(*) from execution_parameter where sealed is not null")
                        .query(Integer.class)
                        .single())
                .isZero();
        assertThat(rig.jdbc
                        .sql("select count(*) from cached_step")
                        .query(Integer.class)
                        .single())
                .isZero();
        for (var region : rig.directories.values()) {
            try (var files = Files.walk(region)) {
                assertThat(files.filter(file -> file.toString().contains("layers")))
                        .noneMatch(Files::isRegularFile);
            }
        }
    }

    @Test
    void nothingIsLeftOfASecretAfterASuccess() throws IOException {
        var execution = run("RUN echo \"built with $TOKEN\"; printf %s \"$TOKEN\" | base64", ExecutionStatus.SUCCESS);

        assertThat(rig.jdbc
                        .sql(
                                "select convert_from(string_agg(content, '' order by first_byte), 'UTF8') from build_log_chunk"
                                        + " where execution_id = :id")
                        .param("id", execution.value())
                        .query(String.class)
                        .single())
                .contains("\nbuilt with ***\n***", "\ntested with ***\n");
        assertNothingIsLeftOfIt();
        rig.guaranteesHold();
    }

    @Test
    void nothingIsLeftOfASecretAfterAFailure() throws IOException {
        var execution = run("RUN echo \"refused: $TOKEN\"; exit 3", ExecutionStatus.FAILED);

        assertThat(rig.jdbc
                        .sql("select error_info from execution where id = :id")
                        .param("id", execution.value())
                        .query(String.class)
                        .single())
                .endsWith("ended with exit code 3; last lines:\nrefused: ***");
        assertNothingIsLeftOfIt();
        rig.guaranteesHold();
    }

    @Test
    void aWorkerWithoutTheKeySaysSo() throws IOException {
        rig.parameters = new ExecutionParameters(rig.jdbc, Optional.empty());
        var execution = run("RUN true", ExecutionStatus.FAILED);

        assertThat(rig.jdbc
                        .sql("select error_code || ': ' || error_info from execution where id = :id")
                        .param("id", execution.value())
                        .query(String.class)
                        .single())
                .startsWith("Parameters.Sealed: the execution has secret parameters")
                .contains("KILN_SECRETS_KEY");
        assertNothingIsLeftOfIt();
    }
}
