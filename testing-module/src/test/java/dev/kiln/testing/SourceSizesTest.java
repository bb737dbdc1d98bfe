package dev.kiln.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceSizesTest {

    @TempDir
    private Path root;

    @Test
    void namesWhatIsTooLong() throws IOException {
        write(
                "Long.java",
                "class Long {\n void method() {\n" + "  run();\n".repeat(40) + " }\n" + "\n".repeat(380) + "}\n");

        assertThat(SourceSizes.violations(root))
                .containsExactly(
                        "some-module/src/main/java/Long.java has 424 lines, more than 400",
                        "some-module/src/main/java/Long.java:2 method method has 42 lines, more than 40");
    }

    @Test
    void namesWhatTakesTooMuch() throws IOException {
        write("Wide.java", "class Wide { Wide(int a, int b, int c, int d, int e, int f, int g) {} }");

        assertThat(SourceSizes.violations(root))
                .containsExactly("some-module/src/main/java/Wide.java:1 method <init> has 7 parameters, more than 6");
    }

    @Test
    void aRecordMayHaveAsManyComponentsAsItNeeds() throws IOException {
        write("Row.java", "record Row(int a, int b, int c, int d, int e, int f, int g) { Row { run(); } }");

        assertThat(SourceSizes.violations(root)).isEmpty();
    }

    private void write(String name, String source) throws IOException {
        var directory = Files.createDirectories(root.resolve("some-module/src/main/java"));
        Files.writeString(directory.resolve(name), source);
    }
}
