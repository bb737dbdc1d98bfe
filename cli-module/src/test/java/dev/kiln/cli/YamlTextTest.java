package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands in a file of YAML is what is sent, or nothing is. */
class YamlTextTest {

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
    @CsvSource(
            delimiter = '|',
            value = {
                "AddAccount: [0123] | AddAccount.1 is 0123, which YAML reads as 83: put it into quotes, \"0123\","
                        + " or write 83 if that is meant",
                "Name: yes | Name is yes, which YAML reads as true: put it into quotes, \"yes\"",
                "Name: True | Name is True, which YAML reads as true",
                "Description: 0x1F | Description is 0x1F, which YAML reads as 31",
                "Description: 1:30 | Description is 1:30, which YAML reads as 90",
                "Description: 1_000 | Description is 1_000, which YAML reads as 1000",
                "Description: +5 | Description is +5, which YAML reads as 5",
                "DeleteInstanceOnFailure: off | DeleteInstanceOnFailure is off, which YAML reads as false",
                "Description: 12.10 | Description is a number or a date for YAML, which would change 12.10: put it",
                "Description: !!binary YWJj | Description is not text for YAML, which would change YWJj",
                "Description: !!int abc | is not YAML: \"abc\" is not what its tag says; leave out the tag",
                "Description: !!set {a, b} | Description is neither a text nor a list nor names with values"
            })
    void whatYamlWouldChangeIsRefused(String line, String why) throws IOException {
        assertThat(create(line)).isEqualTo(2);
        assertThat(server.said()).startsWith("kiln: ").contains(why).hasLineCount(1);
        assertThat(server.asked).isEmpty();
    }

    @Test
    void whatYamlLeavesAsItIsIsSent() throws Exception {
        var file = Files.writeString(directory.resolve("t.yaml"), """
                Name: "yes"
                Description: '0123'
                BuildContent: RUN a
                DeleteInstanceOnFailure: true
                SystemDiskSize: 40
                AddAccount: [3531611301087126, 99999999999999999999]
                ImageFamily: ~
                """);

        assertThat(TemplateFile.read(file).values())
                .containsExactly("yes", "0123", "RUN a", "true", "40", "3531611301087126", "99999999999999999999");
    }

    @Test
    void jsonMayBeIndentedWithTabs() throws Exception {
        var file = Files.writeString(directory.resolve("t.json"), """

                {
                \t"Name": "golden",
                \t"BuildContent": "RUN a\\tb\\n\\tc",
                \t"ToRegionId": [
                \t \t"cn-beijing"
                \t]
                }
                """);

        assertThat(TemplateFile.read(file).values()).containsExactly("golden", "RUN a\tb\n\tc", "cn-beijing");
        assertThat(parameters("[\n\t{\n\t\t\"name\": \"A\"\n\t}\n]"))
                .as(server.said())
                .isZero();
        assertThat(create("Name: a\nImageOptions:\n\tImageName: b")).isEqualTo(2);
    }

    @Test
    void anchorsAndMergesAreReadAsBefore() throws Exception {
        var file = Files.writeString(directory.resolve("t.yaml"), """
                ToRegionId: &regions [cn-beijing]
                RepairItem: *regions
                ImageOptions: &options {ImageFamily: f, ImageName: one}
                ImportImageOptions: {<<: {ImageName: a, RoleName: r}, ImageName: b}
                """);

        assertThat(TemplateFile.read(file))
                .containsEntry("RepairItem.1", "cn-beijing")
                .containsEntry("ImportImageOptions.ImageName", "b")
                .containsEntry("ImportImageOptions.RoleName", "r");
        assertThat(create("Name: a\nName: b")).isEqualTo(2);
        assertThat(server.said()).contains("is not YAML").contains("duplicate key Name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a: &a [*a]", "a: &a {b: *a}", "x: {<<: &a {<<: *a}}", "&a [*a]", "? &a [*a]\n: b"})
    void anAliasWithoutAnEndIsRefused(String text) throws IOException {
        assertThat(create(text)).isEqualTo(2);
        assertThat(server.said()).contains("is not YAML: an alias stands in what it is an alias of");
        assertThat(parameters("- " + text.replace("\n", "\n  "))).isEqualTo(2);
        assertThat(server.said()).contains("is not YAML: an alias stands in what it is an alias of");
    }

    @Test
    void aFewLinesThatStandForBillionsAreRefused() throws IOException {
        var text = new StringBuilder("l0: &l0 [a]\n");
        for (var level = 1; level < 25; level++) {
            text.append("l%d: &l%d [*l%d, *l%d]\n".formatted(level, level, level - 1, level - 1));
        }

        assertThat(create(text.toString())).isEqualTo(2);
        assertThat(server.said()).contains("it has more than 10000 values");
    }

    @Test
    void parametersOfATemplateAreSentAsTheyStandInTheFile() throws IOException {
        assertThat(parameters("- {name: A, secret: true, default: null, description: [12, b]}"))
                .isZero();
        assertThat(server.body())
                .isEqualTo("{\"parameters\":[{\"name\":\"A\",\"secret\":true,\"default\":null,"
                        + "\"description\":[12,\"b\"]}]}");
        assertThat(parameters("- {name: A, secret: yes}")).isEqualTo(2);
        assertThat(server.said()).contains("1.secret is yes, which YAML reads as true");
        assertThat(parameters("- {name: A}\n- {name: 0123}")).isEqualTo(2);
        assertThat(server.said()).contains("2.name is 0123, which YAML reads as 83");
        assertThat(parameters("- {name: A, default: 1.10}")).isEqualTo(2);
        assertThat(server.said()).contains("the default 1.10 in ").contains("is not text: put it into quotes");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ToRegionId: cn-beijing | \"ToRegionId\" is a list: write ToRegionId: [cn-beijing]",
                "AddAccount: 7 | \"AddAccount\" is a list: write AddAccount: [7]",
                "Tag: a | \"Tag\" is a list: write Tag: [{Key: …}]",
                "Tag: {Key: a} | \"Tag.Key\" is in a list, Tag: write Tag: [{Key: a}]",
                "ImageOptions: a | \"ImageOptions\" has names of its own: write ImageOptions: {Description: …}",
                "ImageOptions: {ImageFeatures: a} | \"ImageOptions.ImageFeatures\" has names of its own:"
                        + " write ImageFeatures: {NvmeSupport: …}",
                "Name: [a, b] | \"Name.1\" is in a list, but Name is one value: write Name: a"
            })
    void theRightNameInTheWrongFormIsShownInTheRightOne(String line, String why) throws IOException {
        assertThat(create(line)).isEqualTo(2);
        assertThat(server.said()).startsWith("kiln: " + why).doesNotContain("nearest");
    }

    private int create(String text) throws IOException {
        var file = Files.writeString(directory.resolve("t.yaml"), text);
        return server.run("template", "create", "-f", file.toString());
    }

    private int parameters(String text) throws IOException {
        var file = Files.writeString(directory.resolve("p.yaml"), text);
        return server.run("template", "parameters", "ip-aaaaaaaaaaaaaaaaaaaa", "-f", file.toString());
    }
}
