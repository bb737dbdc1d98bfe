package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A list without rows says so to people, beside what programs read. */
class EmptyListTest {

    @TempDir
    private Path directory;

    private AnsweringServer server;

    @BeforeEach
    void start() throws IOException {
        server = new AnsweringServer(directory);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "images, IMAGE, no images in cn-hangzhou",
        "images -r cn-two -F web, IMAGE, no images of the family web in cn-two",
        "executions, EXECUTION, no executions in cn-hangzhou",
        "executions -s FAILED -r cn-two, EXECUTION, no such executions in cn-two",
        "template list, TEMPLATE, no templates in cn-hangzhou",
        "template parameters ip-aaaaaaaaaaaaaaaaaaaa, PARAMETER, no parameters",
        "images packages m-1, PACKAGE, no packages are known",
        "images differences m-1, PACKAGE, no differences",
        "targets list exec-1, REGION, no regions",
        "key list, KEY, no keys",
        "account list, ACCOUNT, no accounts",
        "workers, WORKER, no workers"
    })
    void itIsSaidOnStandardError(String command, String header, String said) {
        assertThat(server.run(command.split(" "))).isZero();

        assertThat(server.printed()).startsWith(header).hasLineCount(1);
        assertThat(server.said()).isEqualTo(said + "\n");
    }

    @Test
    void aListWithRowsAndOneForProgramsSayNothing() {
        assertThat(server.run("images", "-o", "json")).isZero();
        assertThat(server.said()).isEmpty();

        server.answer("/api/v1/keys", 200, "{\"keys\":[{\"accessKeyId\":\"A1\"}]}");
        assertThat(server.run("key", "list")).isZero();
        assertThat(server.printed()).contains("A1");
        assertThat(server.said()).isEmpty();
    }
}
