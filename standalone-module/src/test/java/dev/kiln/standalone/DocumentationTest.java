package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.SourceSizes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the pages say is what the code does: settings with their defaults, names of types, links. */
class DocumentationTest {

    private final Path root = SourceSizes.projectRoot();

    @Test
    void everySettingIsDocumentedWithItsDefaultAndNoOtherIs() throws IOException {
        var documented = documentedSettings();
        var declared = DeclaredSettings.ofAllModules();
        // The default of a list is told in words.
        declared.keySet().removeAll(Set.of("kiln.regions", "kiln.buckets"));
        // Read by an expression where it is used, not by a record.
        documented.keySet().removeIf(key -> key.contains("[N]") || key.equals("kiln.purge-interval"));

        assertThat(documented.keySet()).containsExactlyInAnyOrderElementsOf(declared.keySet());
        declared.forEach((key, value) -> {
            if (!value.isEmpty()) {
                assertThat(documented.get(key)).as(key).isEqualTo("`" + value + "`");
            }
        });
    }

    private Map<String, String> documentedSettings() throws IOException {
        var rows = new LinkedHashMap<String, String>();
        for (var line : Files.readAllLines(root.resolve("docs/configuration.md"))) {
            var cells = line.split("\\|", -1);
            if (cells.length > 3) {
                matches("`(kiln\\.[^`]+)`", cells[1]).forEach(match -> rows.put(match.group(1), cells[2].strip()));
            }
        }
        return rows;
    }

    @Test
    void everyTypeThatTheArchitectureNamesExists() throws IOException {
        var sources = javaFiles();
        var named = matches("`([A-Z][A-Za-z]+)`", Files.readString(root.resolve("docs/architecture.md")))
                .map(match -> match.group(1))
                .distinct()
                .toList();

        assertThat(named).hasSizeGreaterThan(20);
        assertThat(sources).containsAll(named);
    }

    @Test
    void everyLinkLeadsToAPage() throws IOException {
        var broken = new ArrayList<String>();
        for (var page : pages()) {
            matches("\\]\\(([^)#:]+)(#[^)]*)?\\)", Files.readString(page))
                    .map(match -> match.group(1))
                    .filter(link -> !Files.exists(page.resolveSibling(link)))
                    .forEach(link -> broken.add(root.relativize(page) + " links to " + link));
        }

        assertThat(broken).isEmpty();
    }

    private List<Path> pages() throws IOException {
        try (var files = Files.walk(root.resolve("docs"))) {
            var pages = new ArrayList<>(
                    files.filter(file -> file.toString().endsWith(".md")).toList());
            Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
                    .map(root::resolve)
                    .forEach(pages::add);
            return pages;
        }
    }

    private List<String> javaFiles() throws IOException {
        try (var files = Files.walk(root)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .toList();
        }
    }

    private static Stream<MatchResult> matches(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results();
    }
}
