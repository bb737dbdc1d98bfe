package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.kiln.account.AccountId;
import dev.kiln.component.Component;
import dev.kiln.component.ComponentVersion;
import dev.kiln.component.Expansion;
import dev.kiln.region.RegionId;
import dev.kiln.template.BuildCommand;
import dev.kiln.template.BuildContent;
import dev.kiln.template.BuildContentException;
import dev.kiln.template.ComponentId;
import dev.kiln.testing.TestSeed;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tasks of components in the real sandbox; above all, that no value ever becomes a command. */
@Timeout(120)
class ComponentTasksTest {

    private final RecordedOutput output = new RecordedOutput();

    @TempDir
    private Path directory;

    private SandboxBuildEngine engine() {
        return new SandboxBuildEngine(TestSettings.of(directory).build());
    }

    private static List<BuildCommand> steps(String template, String component) throws BuildContentException {
        var commands = BuildContent.parse(template, BuildContent.Kind.BUILD);
        var made = new Component(
                new ComponentId("ic-1"),
                new AccountId(1),
                new RegionId("cn-one"),
                "c",
                "",
                Component.Type.BUILD,
                new ComponentVersion(1, 0, 0),
                component,
                List.of(),
                Map.of(),
                Instant.EPOCH);
        return Expansion.of(
                commands, Collections.nCopies(Expansion.references(commands).size(), made), BuildContent.Kind.BUILD);
    }

    private static BuildRequest request(List<BuildCommand> steps, boolean network) {
        return new BuildRequest("exec-tasks", BusyboxBase.image(), steps, Optional.empty(), network, 64L << 20);
    }

    private String run(String template, String component) throws Exception {
        engine().test(request(steps(template, component), false), output);
        return output.text();
    }

    private static String task(String name, String script, String properties) {
        return "- Name: " + name + "\n  Action: RunShellCommand\n  Properties:\n" + properties.indent(4)
                + "    commandContent: |\n" + script.indent(6);
    }

    private static final List<String> HOSTILE = List.of(
            "plain",
            "",
            "two  words * ?",
            "'; echo EVIL; '",
            "\"; echo EVIL; \"",
            "$(echo EVIL)",
            "`echo EVIL`",
            "${HOME}$HOME",
            "a' \"b\" \\ \\n $ ` ! #",
            "-n -e --help",
            "}}; echo EVIL; {{",
            "EOF",
            "() { :; }; echo EVIL",
            "%s%n",
            "~root",
            "a\tb",
            "\u00e4\u20ac\uD83D\uDE00");

    private static final String SAY = "say() { /bin/busybox printf '[%s]' \"$@\"; }\n";

    /** Every place that a reference may have in a script; each prints the value in brackets, and nothing else. */
    private static final String PLACES = SAY + """
            say {{v}}
            say "{{v}}"
            say '{{v}}'
            say "$(say {{v}})"
            x={{v}}; say "$x"
            say "$(cat <<EOF
            {{v}}
            EOF
            )"
            cat <<EOF
            [{{v}}]it's "$(say {{v}})"
            EOF
            case {{v}} in '{{v}}') say {{v}};; esac
            # {{v}}
            """;

    @Test
    void noValueBecomesACommand() throws Exception {
        var component = "Parameters: {v: {Type: String}}\nTasks:\n" + task("all", PLACES, "");
        var template = new StringBuilder();
        for (var value : HOSTILE) {
            var quoted = value.replace("\\", "\\\\").replace("\"", "\\\"");
            template.append("COMPONENT ic-1 --v \"").append(quoted).append("\"\n");
        }
        var text = run(template.toString(), component);
        var expected = new StringBuilder();
        for (var value : HOSTILE) {
            var said = "[" + value + "]";
            expected.append(said.repeat(3)).append("[" + said + "]").append(said.repeat(2));
            expected.append(said + "it's \"" + said + "\"\n").append(said);
        }
        assertThat(text).isEqualTo(expected.toString());
    }

    private static final List<String> PIECES = List.of(
            "'",
            "\"",
            "`",
            "$(",
            ")",
            "${",
            "}",
            "\\",
            ";",
            "echo EVIL",
            "&",
            "|",
            ">",
            "<<EOF",
            "EOF",
            "#",
            "*",
            " ",
            "-",
            "a",
            "{{",
            "$x",
            "!");

    private static String value(Random random) {
        return IntStream.range(0, random.nextInt(12))
                .mapToObj(i -> PIECES.get(random.nextInt(PIECES.size())))
                .collect(Collectors.joining());
    }

    /** A word of a script, and what it means. */
    private record Word(String script, String meaning) {}

    private static Word word(Random random, int depth, String name, String value) {
        var reference = "{{" + name + "}}";
        if (depth > 0 && random.nextBoolean()) {
            var inner = word(random, depth - 1, name, value);
            return random.nextBoolean()
                    ? new Word("\"<$(say " + inner.script() + ")>\"", "<[" + inner.meaning() + "]>")
                    : new Word(
                            "\"$(cat <<EOF; (say " + inner.script() + ") # it's\n'" + reference + "\"\nEOF\n)\"",
                            "'" + value + "\"\n[" + inner.meaning() + "]");
        }
        return List.of(
                        new Word(reference, value),
                        new Word("'" + reference + "\"'" + reference, value + "\"" + value),
                        new Word("\"it's " + reference + "\\\"" + reference + "\"", "it's " + value + "\"" + value),
                        new Word("\\'" + reference + "\\\"", "'" + value + "\""),
                        new Word("\"${none:-" + reference + "}\"", value))
                .get(random.nextInt(5));
    }

    @Test
    void whateverValuesAreAndWhereverTheyStand() throws Exception {
        var random = TestSeed.random("ComponentTasksTest");
        var parameters = new StringBuilder("Parameters:\n");
        var command = new StringBuilder("COMPONENT ic-1");
        var script = new StringBuilder(SAY);
        var expected = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            var value = value(random);
            var word = word(random, 3, "v" + i, value);
            parameters.append("  v" + i + ": {Type: String}\n");
            command.append(" --v" + i + " \"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"");
            script.append("say " + word.script() + "\n");
            expected.append("[" + word.meaning() + "]");
        }
        assertThat(run(command.toString(), parameters + "Tasks:\n" + task("all", script.toString(), "")))
                .isEqualTo(expected.toString());
    }

    @Test
    void outputsOfTasksAreNoCommandsEither() throws Exception {
        var hostile = "a\n'; echo EVIL; '\n$(echo EVIL)`echo EVIL`\nEOF\n\"";
        var print = "cat <<'END'\n" + hostile + "\n\nEND\necho to standard error >&2";
        var component = "Tasks:\n" + task("get it", print, "")
                + task("use it", PLACES.replace("{{v}}", "{{get it.stdout}}"), "");
        var said = "[" + hostile + "]";
        assertThat(run("COMPONENT ic-1", component))
                .contains("to standard error\n")
                .endsWith(said.repeat(3) + "[" + said + "]" + said.repeat(2) + said + "it's \"" + said + "\"\n" + said);
    }

    @Test
    void tasksHaveADirectoryAndAUserOfTheirOwn() throws Exception {
        var component = "Parameters: {d: {Type: String, DefaultValue: srv}}\nTasks:\n"
                + task("a", "pwd; id -un; echo $HOME", "workingDir: /home/{{d}}\nusername: app")
                + task("b", "pwd; id -un", "")
                + task("c", "pwd", "workingDir: /{{b.stdout}}/none");
        assertThatThrownBy(() -> run("WORKDIR /var\nUSER app\nCOMPONENT ic-1 --d app\nRUN true", component))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("step 5 of 6 (c/1.0.0 c: RunShellCommand)")
                .hasMessageContaining("no directory");
        assertThat(output.text()).startsWith("/home/app\napp\n/home/app\n/\nroot\n");
    }

    @Test
    void firstLineChoosesTheProgram() throws Exception {
        var component = "Parameters: {v: {Type: String}}\nTasks:\n"
                + task("a", "#!/bin/awk -f\nBEGIN { print \"from awk\" }", "username: app")
                + task("b", "#!/bin/sh -u\necho \"$0\" {{v}}", "");
        assertThat(run("COMPONENT ic-1 --v \"\\\"$(id)\"", component)).isEqualTo("from awk\n/run/kiln-task \"$(id)\n");
    }

    @Test
    void aCachedStepWhoseOutputIsLostIsRunAgain() throws Exception {
        var component = "Tasks:\n" + task("a", "echo x", "") + task("b", "echo {{a.stdout}}{{a.stdout}} > /m", "");
        var reuse = new BuildRequest.Reuse("owner", Duration.ofHours(1), SharedSteps.NONE);
        var request = new BuildRequest(
                "exec-tasks",
                1,
                BusyboxBase.image(),
                steps("COMPONENT ic-1", component),
                Optional.empty(),
                false,
                64L << 20,
                BuildBuckets.NONE,
                Optional.of(reuse));
        engine().build(request, new RememberedSteps(), new RecordedOutput());
        try (var files = Files.walk(directory.resolve("steps-root"))) {
            for (var file : files.filter(each -> each.endsWith("stdout")).toList()) {
                Files.delete(file);
            }
        }
        engine().build(request, new RememberedSteps(), output);
        assertThat(output.text()).isEqualTo("x\n");
    }

    @Test
    void outputsSurviveAKillAndALostOneBeginsAnew() throws Exception {
        var component = "Tasks:\n"
                + task("a", "echo x >> /n; cat /n", "")
                + "- {Name: again, Action: Reboot}\n"
                + task("b", "echo {{a.stdout}}; echo {{a.stdout}} > /m", "");
        var steps = steps("COMPONENT ic-1\nRUN cat /n", component);
        var journal = new RememberedSteps();
        var first = engine().build(request(steps, false), journal, output);
        assertThat(output.text()).isEqualTo("x\nx\nx\n");
        for (int kept = 0; kept <= journal.kept().size(); kept++) {
            var resumed = engine().build(request(steps, false), journal.until(kept), new RecordedOutput());
            assertThat(resumed.digest()).as("with %d steps kept", kept).isEqualTo(first.digest());
        }
        var lost = journal.until(2);
        lost.loseOutput(1);
        assertThat(engine().build(request(steps, false), lost, output).digest()).isEqualTo(first.digest());
        assertThat(output.steps()).contains("phase the steps that were kept cannot be read: beginning with the first");
    }

    @Test
    void outputsAreBoundedAndText() throws Exception {
        var use = task("b", "echo {{a.stdout}} | wc -c", "");
        assertThat(run(
                        "COMPONENT ic-1",
                        "Tasks:\n" + task("a", "head -c 8191 /dev/zero | /bin/busybox tr '\\0' x; echo", "") + use))
                .endsWith("8192\n");
        assertThatThrownBy(() -> run("COMPONENT ic-1", "Tasks:\n" + task("a", "head -c 100000 /dev/zero", "") + use))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("8192 bytes");
        assertThatThrownBy(() -> run("COMPONENT ic-1", "Tasks:\n" + task("a", "head -c 1 /dev/zero", "") + use))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("NUL");
        assertThatThrownBy(() -> run("COMPONENT ic-1", "Tasks:\n" + task("a", "/bin/busybox printf '\\377'", "") + use))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("UTF-8");
    }

    @Test
    void downloadsPutAFileIntoADirectory() throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            var body = exchange.getRequestURI().getPath().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            var url = "http://127.0.0.1:" + server.getAddress().getPort() + "/{{v}}.tar";
            var component = "Parameters: {v: {Type: String}}\nTasks:\n- {Name: a, Action: WebDownload,"
                    + " Properties: {sourcePath: '" + url + "', destinationDir: '/opt/{{v}}'}}\n"
                    + task("b", "cat /opt/{{v}}/{{v}}.tar", "");
            var near = new SandboxBuildEngine(
                    TestSettings.of(directory).privateNetworks("127.0.0.1/32").build());
            near.test(request(steps("COMPONENT ic-1 --v 1.2", component), true), output);
            assertThat(output.text()).isEqualTo("/1.2.tar");
            for (var failing : List.of("../x", "a?b", "a b")) {
                var steps = steps("COMPONENT ic-1 --v \"" + failing + "\"", component);
                assertThatThrownBy(() -> near.test(request(steps, true), output))
                        .as(failing)
                        .isInstanceOf(BuildFailedException.class);
            }
            var steps = steps("COMPONENT ic-1 --v 1.2", component);
            assertThatThrownBy(() -> near.test(request(steps, false), output))
                    .isInstanceOf(BuildFailedException.class)
                    .hasMessageContaining("InternetMaxBandwidthOut");
            assertThatThrownBy(() -> engine().test(request(steps, true), output))
                    .isInstanceOf(BuildFailedException.class)
                    .hasMessageContaining("which is private");
        } finally {
            server.stop(0);
        }
    }
}
