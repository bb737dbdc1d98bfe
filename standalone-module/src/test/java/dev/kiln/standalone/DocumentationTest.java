package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.kiln.testing.SourceSizes;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** What the pages say is what the code does: settings with their defaults, names of types, links. */
class DocumentationTest {

    private final Path root = SourceSizes.projectRoot();

    @Test
    void everySettingIsDocumentedWithItsDefaultAndNoOtherIs() throws IOException {
        var documented = documentedSettings();
        var declared = new LinkedHashMap<String, String>();
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("dev.kiln").stream()
                        .filter(type -> type.isAnnotatedWith(ConfigurationProperties.class))
                        .map(JavaClass::reflect)
                        .forEach(type -> addSettings(
                                type.getAnnotation(ConfigurationProperties.class)
                                        .value(),
                                type,
                                declared));
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

    private static void addSettings(String prefix, Class<?> type, Map<String, String> settings) {
        var constructor = type.getDeclaredConstructors()[0];
        var components = type.getRecordComponents();
        for (var i = 0; i < components.length; i++) {
            var key = prefix + "." + kebab(components[i].getName());
            if (components[i].getType().isRecord()) {
                addSettings(key, components[i].getType(), settings);
            } else {
                settings.put(key, defaultOf(constructor, i));
            }
        }
    }

    private static String defaultOf(Constructor<?> constructor, int parameter) {
        return Stream.of(constructor.getParameterAnnotations()[parameter])
                .filter(DefaultValue.class::isInstance)
                .map(annotation -> String.join(",", ((DefaultValue) annotation).value()))
                .collect(Collectors.joining());
    }

    private static String kebab(String name) {
        return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
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
