package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A template's file has no names that mean nothing. */
class TemplateNamesTest {

    @TempDir
    private Path directory;

    @Test
    void theNamesAreThoseOfTheApisDocument() throws IOException {
        var document = Files.readString(Path.of("../docs/api.md"));
        var begin = document.indexOf("\n### CreateImagePipeline\n");
        var end = document.indexOf("\n### ", begin + 1);
        var names = Pattern.compile(
                        "(?m)^\\| `([A-Za-z.]+)` \\| (text|list of text|list of integer|integer|boolean)\\b")
                .matcher(document.substring(begin, end))
                .results()
                .map(match -> match.group(1))
                .toList();

        assertThat(TemplateNames.ALL).containsExactlyInAnyOrderElementsOf(names);
    }

    @ParameterizedTest
    @CsvSource({
        "BuildContents: x, BuildContent",
        "InternetMaxBandwithOut: 10, InternetMaxBandwidthOut",
        "ToRegionIds: [cn-beijing], ToRegionId.N",
        "ImageOptions: {Imagefamily: foo}, ImageOptions.ImageFamily"
    })
    void anotherNameIsRefusedWithTheNearest(String line, String nearest) throws IOException {
        var file = Files.writeString(directory.resolve("template.yml"), "BaseImageType: IMAGE\n" + line + "\n");

        assertThatThrownBy(() -> TemplateFile.read(file))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("is no parameter of CreateImagePipeline; the nearest is " + nearest);
    }

    @Test
    void numberedOnesAndObjectsAreKnown() throws Exception {
        var file = Files.writeString(directory.resolve("template.yml"), """
                BaseImageType: OSS
                ToRegionId: [cn-beijing, cn-shanghai]
                Tag: [{Key: a, Value: b}]
                ImageOptions: {ImageTags: [{Key: a}]}
                ImportImageOptions: {DiskDeviceMappings: [{OSSBucket: b, OSSObject: o}]}
                """);

        assertThat(TemplateFile.read(file))
                .containsEntry("ToRegionId.2", "cn-shanghai")
                .containsEntry("ImportImageOptions.DiskDeviceMappings.1.OSSObject", "o");
    }
}
