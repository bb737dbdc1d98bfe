package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.SourceSizes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.boot.convert.DurationStyle;

/** What deploy/kubernetes and docker-compose.yml say fits what Kiln is: settings, images, probes, grace periods. */
class DeploymentTest {

    private final Path root = SourceSizes.projectRoot();
    private final Path kubernetes = root.resolve("deploy/kubernetes");

    @Test
    void everyManifestIsInAKustomization() throws IOException {
        for (var directory : List.of(kubernetes, kubernetes.resolve("autoscaler"))) {
            var named = new HashSet<>(Manifest.read(directory.resolve("kustomization.yaml"))
                    .get(0)
                    .texts("resources"));
            try (var files = Files.list(directory)) {
                assertThat(files.map(file -> file.getFileName().toString())
                                .filter(name -> name.endsWith(".yaml") && !name.equals("kustomization.yaml")))
                        .containsExactlyInAnyOrderElementsOf(named);
            }
        }
    }

    @Test
    void everySettingThatIsNamedExists() throws IOException {
        var known = knownSettings();
        var named = new TreeSet<String>();
        containers()
                .forEach(container -> container.objects("env").forEach(variable -> named.add(variable.text("name"))));
        for (var manifest : manifests()) {
            if (manifest.text("kind").equals("ConfigMap")) {
                named.addAll(manifest.object("data").keys());
            }
        }
        var compose = Manifest.read(root.resolve("docker-compose.yml")).get(0);
        for (var service : List.of("api", "worker")) {
            named.addAll(compose.object("services")
                    .object(service)
                    .object("environment")
                    .keys());
        }

        assertThat(named).hasSizeGreaterThan(8);
        assertThat(named.stream().filter(name -> !known.contains(normal(name)))).isEmpty();
    }

    /** As Spring compares the names of variables with those of settings. */
    private static String normal(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[._-]", "");
    }

    private Set<String> knownSettings() throws IOException {
        var known = DeclaredSettings.ofAllModules().keySet().stream()
                .map(DeploymentTest::normal)
                .collect(Collectors.toCollection(HashSet::new));
        for (var module : List.of("api-module", "worker-module")) {
            application(module).leaves().forEach(name -> known.add(normal(name)));
        }
        known.addAll(List.of(
                normal("spring.config.import"), normal("KILN_LOG_FORMAT"), normal("OTEL_EXPORTER_OTLP_ENDPOINT")));
        return known;
    }

    private Manifest application(String module) throws IOException {
        return Manifest.read(root.resolve(module).resolve("src/main/resources/application.yml"))
                .get(0);
    }

    @Test
    void everyImageIsMadeByADockerfileOfItsName() throws IOException {
        var services = Manifest.read(root.resolve("docker-compose.yml")).get(0).object("services");
        for (var container : containers()) {
            var module = container.text("image").replaceFirst("^kiln-", "");
            var dockerfile = module + "-module/Dockerfile";
            assertThat(root.resolve(dockerfile)).exists();
            assertThat(services.object(module).object("build").text("dockerfile"))
                    .isEqualTo(dockerfile);
        }
        assertThat(containers()).hasSize(2);
    }

    @Test
    void probesAskForWhatIsThere() throws IOException {
        for (var container : containers()) {
            assertThat(container.objects("ports").stream()
                            .filter(port -> port.text("name").equals("management")))
                    .singleElement()
                    .extracting(port -> port.text("containerPort"))
                    .isEqualTo("9464");
            for (var probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
                var asked = container.object(probe).object("httpGet");
                assertThat(asked.text("port")).isEqualTo("management");
                assertThat(asked.text("path"))
                        .isEqualTo(probe.equals("livenessProbe") ? "/health/liveness" : "/health/readiness");
            }
        }
        var settings = manifests().stream()
                .filter(manifest -> manifest.text("kind").equals("ConfigMap"))
                .findFirst()
                .orElseThrow();
        assertThat(settings.object("data").text("KILN_MANAGEMENT_PORTS")).isEqualTo("9464");
    }

    @Test
    void theTimeToStopIsLongerThanWhatAStopTakes() throws IOException {
        var settings = DeclaredSettings.ofAllModules();
        var drain = duration(settings.get("kiln.worker.drain-grace"))
                .plus(duration(settings.get("kiln.worker.stop-grace")))
                .plus(duration(settings.get("kiln.engine.packer-grace")));
        assertThat(grace("kiln-worker")).isGreaterThan(drain);

        var requests = duration(
                application("api-module").object("spring").object("lifecycle").text("timeout-per-shutdown-phase"));
        var pause = container("kiln-api").object("lifecycle").object("preStop").object("sleep");
        assertThat(grace("kiln-api")).isGreaterThan(requests.plusSeconds(Long.parseLong(pause.text("seconds"))));
    }

    private static Duration duration(String text) {
        return DurationStyle.detectAndParse(text);
    }

    private Duration grace(String deployment) throws IOException {
        return Duration.ofSeconds(Long.parseLong(pod(deployment).text("terminationGracePeriodSeconds")));
    }

    /** The kubelet maps the users of every volume of such a pod, and file systems of devices refuse that. */
    @Test
    void aPodWithUsersOfItsOwnMountsNothingOfTheNode() throws IOException {
        var worker = pod("kiln-worker");
        assertThat(worker.text("hostUsers")).isEqualTo("false");
        for (var volume : worker.objects("volumes")) {
            assertThat(volume.keys()).as(volume.text("name")).doesNotContain("hostPath");
        }
    }

    @Test
    void nobodyHasATokenAndSecretsAreNamedAlone() throws IOException {
        for (var deployment : List.of("kiln-api", "kiln-worker")) {
            assertThat(pod(deployment).text("automountServiceAccountToken")).isEqualTo("false");
            var container = container(deployment);
            var mounted = container.objects("volumeMounts").stream()
                    .map(mount -> mount.text("mountPath"))
                    .toList();
            for (var tree : variable(container, "SPRING_CONFIG_IMPORT").split(",", -1)) {
                assertThat(mounted)
                        .contains(tree.replaceFirst("^configtree:", "").replaceFirst("/$", ""));
            }
        }
        assertThat(manifests()).extracting(manifest -> manifest.text("kind")).doesNotContain("Secret");
    }

    private List<Manifest> containers() throws IOException {
        return List.of(container("kiln-api"), container("kiln-worker"));
    }

    private Manifest container(String deployment) throws IOException {
        return pod(deployment).objects("containers").get(0);
    }

    private Manifest pod(String deployment) throws IOException {
        return manifests().stream()
                .filter(manifest -> manifest.text("kind").equals("Deployment"))
                .filter(manifest -> manifest.object("metadata").text("name").equals(deployment))
                .findFirst()
                .orElseThrow()
                .object("spec")
                .object("template")
                .object("spec");
    }

    private static String variable(Manifest container, String name) {
        return container.objects("env").stream()
                .filter(variable -> variable.text("name").equals(name))
                .findFirst()
                .orElseThrow()
                .text("value");
    }

    private List<Manifest> manifests() throws IOException {
        try (var files = Files.walk(kubernetes)) {
            var all = new ArrayList<Manifest>();
            for (var file :
                    files.filter(path -> path.toString().endsWith(".yaml")).toList()) {
                all.addAll(Manifest.read(file));
            }
            return all;
        }
    }
}
