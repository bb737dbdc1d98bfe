package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.metric.Metric;
import dev.kiln.testing.SourceSizes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** docs/metrics.md, the alerts and the dashboard speak of the metrics that there are. */
class ObservabilityTest {

    private static final String BEGIN = "<!-- generated: metrics -->\n";
    private static final String END = "<!-- end of metrics -->";

    private final Path root = SourceSizes.projectRoot();
    private final Path page = root.resolve("docs/metrics.md");
    private final Path deploy = root.resolve("deploy/observability");

    /** Rewrite with {@code -Dkiln.write-docs=true} after a change of {@link Metric}. */
    @Test
    void thePageListsTheMetrics() throws IOException {
        var text = Files.readString(page);
        var wanted = text.substring(0, text.indexOf(BEGIN) + BEGIN.length()) + "\n" + table() + "\n"
                + text.substring(text.indexOf(END));
        if (Boolean.getBoolean("kiln.write-docs")) {
            Files.writeString(page, wanted);
        }
        assertThat(page).content().isEqualTo(wanted);
    }

    private static String table() {
        return "| metric | kind | process | labels | meaning |\n|---|---|---|---|---|\n"
                + Arrays.stream(Metric.values())
                        .map(metric -> "| `" + metric.exposed() + "` | "
                                + metric.kind().name().toLowerCase(Locale.ROOT) + " | " + metric.process() + " | "
                                + metric.labels().stream()
                                        .map(label -> "`" + label + "`")
                                        .collect(Collectors.joining(", "))
                                + " | " + metric.meaning() + " |\n")
                        .collect(Collectors.joining());
    }

    @Test
    void alertsAndDashboardNameMetricsOfThePageAlone() throws IOException {
        var documented = Pattern.compile("`([a-z]+(_[a-z]+)*)`")
                .matcher(Files.readString(page))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
        var expressions =
                new ArrayList<>(alerts().stream().map(rule -> rule.text("expr")).toList());
        expressions.addAll(dashboard());

        assertThat(expressions).hasSizeGreaterThan(20);
        for (var expression : expressions) {
            assertThat(expression.chars().filter(c -> c == '(').count())
                    .as(expression)
                    .isEqualTo(expression.chars().filter(c -> c == ')').count());
            assertThat(named(expression)).as(expression).isNotEmpty().isSubsetOf(documented);
        }
    }

    /** What of an expression can only be a metric. */
    private static Set<String> named(String expression) {
        return Pattern.compile("\\b(up|(?:kiln|jvm|process)_[a-z_]+)\\b")
                .matcher(expression)
                .results()
                .map(match -> match.group(1).replaceFirst("(_seconds)_(count|sum|bucket|max)$", "$1"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyAlertIsExplainedAndComplete() throws IOException {
        var text = Files.readString(page);
        for (var rule : alerts()) {
            assertThat(text).contains("`" + rule.text("alert") + "`");
            assertThat(rule.object("annotations").text("summary")).isNotEmpty();
            assertThat(rule.object("labels").text("severity")).isIn("critical", "warning", "info");
        }
    }

    private List<Manifest> alerts() {
        return Manifest.read(deploy.resolve("alerts.yml")).get(0).objects("groups").stream()
                .flatMap(group -> group.objects("rules").stream())
                .toList();
    }

    private List<String> dashboard() throws IOException {
        var content = new JsonMapper()
                .readTree(deploy.resolve("grafana/dashboards/kiln.json").toFile());
        var expressions = new ArrayList<String>();
        for (var panel : content.path("panels")) {
            for (var target : panel.path("targets")) {
                expressions.add(target.path("expr").asString());
            }
        }
        return expressions;
    }

    @Test
    void whatComposeMountsIsThereAndPrometheusAsksTheManagementPort() throws IOException {
        var services = Manifest.read(root.resolve("docker-compose.yml")).get(0).object("services");
        for (var service : List.of("prometheus", "grafana")) {
            assertThat(services.object(service).texts("profiles")).containsExactly("observability");
            for (var volume : services.object(service).texts("volumes")) {
                if (volume.startsWith("./")) {
                    assertThat(root.resolve(volume.replaceFirst(":.*", ""))).exists();
                }
            }
        }
        for (var service : List.of("api", "worker")) {
            assertThat(services.object(service).object("environment").text("KILN_MANAGEMENT_PORTS"))
                    .isEqualTo("9464");
        }
        for (var job : Manifest.read(deploy.resolve("prometheus.yml")).get(0).objects("scrape_configs")) {
            assertThat(job.objects("dns_sd_configs")).isNotEmpty().allSatisfy(names -> {
                assertThat(names.text("port")).isEqualTo("9464");
                assertThat(services.keys()).containsAll(names.texts("names"));
            });
        }
    }
}
