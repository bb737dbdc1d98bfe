package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The commands about templates and executions, against a server that answers each path in turn. */
class ExecutionCommandsTest {

    private static final String TEMPLATE = "ip-aaaaaaaaaaaaaaaaaaaa";
    private static final String EXECUTION = "/api/v1/executions/exec-1";
    private static final String STARTED = """
            {"sequence":1,"to":"PREPARING","message":"accepted","at":"2024-01-01T00:00:00Z"}""";

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, Deque<String>> answers = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final List<String> bodies = new ArrayList<>();
    private final List<String> shown = new ArrayList<>();
    private HttpServer server;

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.createContext("/", this::handle);
        server.start();
    }

    @AfterEach
    void stopServer() {
        server.stop(0);
    }

    /** What is answered to an operation or a path, one after the other; the last one again and again. */
    private void answer(String what, String... texts) {
        answers.put(what, new ArrayDeque<>(List.of(texts)));
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var action = exchange.getRequestHeaders().getFirst("x-acs-action");
            var what = action == null ? exchange.getRequestURI().getPath() : action;
            shown.add(text(out));
            asked.add(exchange.getRequestMethod() + " " + what + "?"
                    + exchange.getRequestURI().getQuery());
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            var queue = answers.getOrDefault(what, new ArrayDeque<>(List.of("404")));
            var last = queue.size() == 1;
            var text = last ? queue.element() : queue.remove();
            var status = text.matches("[0-9]{3}") ? Integer.parseInt(text) : 200;
            var bytes = (status == 200 ? text : "{\"code\":\"Code" + status + "\",\"detail\":\"why\"}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Kiln-Next-Offset", Integer.toString(bytes.length));
            exchange.getResponseHeaders().set("Kiln-Log-Complete", Boolean.toString(last));
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private int run(String... words) {
        out.reset();
        err.reset();
        var environment = Map.of(
                "KILN_ENDPOINT", "http://127.0.0.1:" + server.getAddress().getPort(),
                "KILN_ACCESS_KEY_ID", "id",
                "KILN_ACCESS_KEY_SECRET", "secret");
        // Written when it is full or flushed, as the program's own.
        var buffered = new PrintStream(new BufferedOutputStream(out, 8192), false, StandardCharsets.UTF_8);
        int status = Main.run(List.of(words), new Surroundings(environment, directory), buffered, print(err));
        buffered.flush();
        return status;
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aTemplateIsMadeOfAFileOfYaml() throws IOException {
        answer("CreateImagePipeline", "{\"ImagePipelineId\":\"" + TEMPLATE + "\"}");
        var file = Files.writeString(directory.resolve("golden.yaml"), """
                Name: golden
                BaseImageType: IMAGE
                BuildContent: |
                  RUN one
                ToRegionId: [cn-beijing, cn-shanghai]
                AddAccount: [7]
                ImageOptions: {ImageName: gold, ImageTags: [{Key: a, Value: b}]}
                """);

        assertThat(run("template", "create", "-f", file.toString(), "--region", "cn-one"))
                .isZero();

        assertThat(text(out)).isEqualTo(TEMPLATE + "\n");
        assertThat(asked.get(0))
                .isEqualTo("POST CreateImagePipeline?AddAccount.1=7&BaseImageType=IMAGE&BuildContent=RUN one\n"
                        + "&ImageOptions.ImageName=gold&ImageOptions.ImageTags.1.Key=a&ImageOptions.ImageTags.1.Value=b"
                        + "&Name=golden&RegionId=cn-one&ToRegionId.1=cn-beijing&ToRegionId.2=cn-shanghai");
        for (var bad : List.of("- a list", "a: [", "!!java.net.URL [x]", "a: 1\na: 2", "")) {
            Files.writeString(file, bad);
            assertThat(run("template", "create", "-f", file.toString())).as(bad).isEqualTo(2);
            assertThat(text(err).lines()).as(bad).hasSize(1);
        }
    }

    @Test
    void valuesOfParametersComeFromTheLineFilesAndVariables() throws IOException {
        answer("/api/v1/templates/" + TEMPLATE + "/executions", "{\"executionId\":\"exec-1\"}");
        var file = Files.writeString(directory.resolve("key"), "line 1\nline 2\n");
        var oneLine = Files.writeString(directory.resolve("password"), "word\n");

        assertThat(run(
                        "start",
                        TEMPLATE,
                        "--param",
                        "VERSION=1=2",
                        "--param=EMPTY=",
                        "--param-file",
                        "KEY=" + file,
                        "--param-file=ONE=" + oneLine,
                        "--param-env",
                        "TOKEN=KILN_ACCESS_KEY_SECRET",
                        "--client-token",
                        "t"))
                .as(text(err))
                .isZero();

        assertThat(text(out)).isEqualTo("exec-1\n");
        assertThat(asked).containsExactly("POST /api/v1/templates/" + TEMPLATE + "/executions?null");
        assertThat(bodies.get(0))
                .isEqualTo("{\"clientToken\":\"t\",\"parameters\":{\"VERSION\":\"1=2\",\"EMPTY\":\"\","
                        + "\"KEY\":\"line 1\\nline 2\\n\",\"ONE\":\"word\",\"TOKEN\":\"secret\"}}");
        for (var bad : List.of("--param=hidden-value", "--param-env=A=NO_SUCH_VARIABLE", "--param-file=A=/no/file")) {
            assertThat(run("start", TEMPLATE, bad)).as(bad).isEqualTo(2);
            assertThat(text(err)).doesNotContain("hidden-value");
        }
        assertThat(run("start", TEMPLATE, "--param=A=1", "--param=A=2")).isEqualTo(2);
    }

    @Test
    void parametersAreSetFromAFileAndShown() throws IOException {
        answer("/api/v1/templates/" + TEMPLATE + "/parameters", """
                {"parameters":[{"name":"VERSION","secret":false,"required":false,"default":"1.2","description":"of it"},
                               {"name":"TOKEN","secret":true,"required":true,"description":""}]}""");
        var file = Files.writeString(
                directory.resolve("parameters.yaml"),
                "- {name: VERSION, default: '1.2'}\n- {name: TOKEN, secret: true}\n");

        assertThat(run("template", "parameters", TEMPLATE, "-f", file.toString()))
                .as(text(err))
                .isZero();

        assertThat(bodies.get(0)).contains("\"default\":\"1.2\"", "\"secret\":true");
        assertThat(text(out)).contains("VERSION    open    1.2", "TOKEN      secret  (required)");
        Files.writeString(file, "- {name: VERSION, default: 1.2}");
        assertThat(run("template", "parameters", TEMPLATE, "-f", file.toString()))
                .isEqualTo(2);
    }

    @Test
    void whoFollowsIsToldForWhatAnExecutionWaits() {
        var execution = new JsonMapper().readTree("""
                {"status":"PREPARING","modifiedAt":"2024-01-01T00:00:00Z","waitsFor":["disks"],
                 "message":"waits for a worker that can build on disks"}
                """);

        assertThat(new Story(null).now(execution, new JsonMapper().createArrayNode()))
                .startsWith("PREPARING ")
                .endsWith("  waits for a worker that can build on disks");
    }

    @Test
    void aStartThatIsFollowedTellsEachStageOnceAndEndsAsTheExecutionDoes() {
        answer("StartImagePipelineExecution", "{\"ExecutionId\":\"exec-1\"}");
        answer(
                EXECUTION,
                "{\"status\":\"PREPARING\",\"modifiedAt\":\"2024-01-01T00:00:00Z\",\"queuePosition\":1}",
                "503",
                "{\"status\":\"FAILED\",\"errorCode\":\"BuildCommand.Failed\",\"errorInfo\":\"step 1\\nlast line\"}");
        answer(
                EXECUTION + "/events",
                "{\"events\":[" + STARTED + "]}",
                "{\"events\":[" + STARTED + ",{\"sequence\":2,\"to\":\"FAILED\",\"message\":\"a\\u001b[2Jb\","
                        + "\"at\":\"2024-01-01T00:00:03.5Z\"}]}");

        assertThat(run("start", TEMPLATE, "-f", "--client-token", "once")).isEqualTo(10);

        assertThat(asked.get(0))
                .isEqualTo("POST StartImagePipelineExecution?ClientToken=once&ImagePipelineId=" + TEMPLATE
                        + "&RegionId=cn-hangzhou");
        assertThat(text(out)).isEqualTo("""
                exec-1
                     0.0 s  PREPARING          accepted
                     3.5 s  FAILED             a [2Jb
                            BuildCommand.Failed
                            step 1
                            last line
                """);
        // Whoever reads it, a program too, sees it as it comes.
        assertThat(shown.get(1)).isEqualTo("exec-1\n");
        assertThat(shown.get(3)).startsWith("exec-1\n").contains("PREPARING", "accepted");
    }

    @Test
    void whatFailedInPartSaysHowItIsTriedAgain() {
        answer("StartImagePipelineExecution", "{\"ExecutionId\":\"exec-1\"}");
        answer(EXECUTION, "{\"status\":\"PARTITION_SUCCESS\"}");
        answer(EXECUTION + "/events", "{\"events\":[" + STARTED + "]}");
        answer(EXECUTION + "/targets", "{\"targets\":[{\"regionId\":\"cn-two\",\"state\":\"FAILED\"}]}");

        for (var command : List.of("start " + TEMPLATE + " -f", "follow exec-1", "execution exec-1")) {
            run(command.split(" "));
            assertThat(text(out)).as(command).endsWith("to try again what failed: ./kiln targets retry exec-1\n");
        }
        answer(EXECUTION, "{\"status\":\"SUCCESS\"}");
        assertThat(run("execution", "exec-1")).isZero();
        assertThat(text(out)).doesNotContain("targets retry");
    }

    @Test
    void everyEndHasAStatusOfItsOwn() {
        answer(EXECUTION + "/events", "{\"events\":[]}");
        answer(EXECUTION + "/targets", "{\"targets\":[]}");
        Map.of("SUCCESS", 0, "FAILED", 10, "TEST_FAILED", 11, "PARTITION_SUCCESS", 12, "CANCELLED", 13)
                .forEach((status, code) -> {
                    answer(EXECUTION, "{\"status\":\"" + status + "\"}");
                    assertThat(run("follow", "exec-1")).as(status).isEqualTo(code);
                });
        answer(EXECUTION, "404");
        assertThat(run("follow", "exec-1")).isEqualTo(1);
        assertThat(run("follow", "../../keys")).isEqualTo(2);
    }

    @Test
    void programsGetWhatTheApiAnswered() {
        answer(
                "DescribeImagePipelines",
                "{\"ImagePipeline\":{\"ImagePipelineSet\":[{\"ImagePipelineId\":\"" + TEMPLATE + "\"}]}}");
        answer(
                "/api/v1/executions",
                "{\"executions\":[{\"executionId\":\"exec-1\",\"templateId\":\"" + TEMPLATE
                        + "\",\"status\":\"SUCCESS\","
                        + "\"createdAt\":\"2024-01-01T00:00:00Z\",\"message\":\"success\"}],\"next\":\"\"}");

        assertThat(run("executions", "--status", "SUCCESS", "-o", "json")).isZero();
        assertThat(text(out)).contains("\"executionId\" : \"exec-1\"");
        assertThat(asked).containsExactly("GET /api/v1/executions?limit=20&regionId=cn-hangzhou&status=SUCCESS");
        assertThat(run("executions", "-t", "golden")).isZero();
        assertThat(asked).last().asString().contains("template=" + TEMPLATE);
        assertThat(text(out)).startsWith("EXECUTION  TEMPLATE").contains("exec-1", "SUCCESS", "success");
        assertThat(run("executions", "-o", "xml")).isEqualTo(2);
    }

    @Test
    void pagesThatAreNotFullAreFollowedByOthers() {
        var one = "{\"executions\":[{\"executionId\":\"exec-%s\",\"templateId\":\"" + TEMPLATE
                + "\",\"status\":\"SUCCESS\",\"createdAt\":\"2024-01-01T00:00:00Z\"}],\"next\":\"2024_%s\"}";
        answer(
                "/api/v1/executions",
                one.formatted("1", "a"),
                "{\"executions\":[],\"next\":\"2024_b\"}",
                one.formatted("2", "c"));

        assertThat(run("executions", "--limit", "2")).isZero();

        assertThat(text(out)).contains("exec-1", "exec-2");
        assertThat(asked)
                .containsExactly(
                        "GET /api/v1/executions?limit=2&regionId=cn-hangzhou",
                        "GET /api/v1/executions?before=2024_a&limit=1&regionId=cn-hangzhou",
                        "GET /api/v1/executions?before=2024_b&limit=1&regionId=cn-hangzhou");
    }

    @Test
    void aLogIsFollowedToItsEndAndPipedAsItIs() {
        answer(EXECUTION + "/logs", "one \033[31m", "two\n");

        assertThat(run("logs", "-f", "exec-1")).isZero();

        assertThat(text(out)).isEqualTo("one \033[31mtwo\n");
    }

    @Test
    void cancelTargetsAndRetryAskForWhatTheySay() {
        answer("CancelImagePipelineExecution", "{}");
        answer(EXECUTION + "/targets/retry", "{}", "409");
        answer(
                EXECUTION + "/targets",
                "{\"targets\":[{\"regionId\":\"cn-two\",\"imageId\":\"m-1\",\"state\":\"COPYING\",\"bytes\":200,\"bytesDone\":50,"
                        + "\"shares\":[{\"accountId\":\"7\",\"state\":\"PENDING\"}]}]}");

        assertThat(run("cancel", "exec-1")).isZero();
        assertThat(run("targets", "list", "exec-1")).isZero();
        assertThat(text(out)).contains("cn-two  m-1    COPYING  25 %  7 (PENDING)");
        assertThat(run("targets", "retry", "exec-1")).isZero();
        answer(EXECUTION + "/targets/cn-beijing/retry", "{}");
        assertThat(run("targets", "retry", "exec-1", "--to", "cn-beijing")).isZero();
        assertThat(run("targets", "retry", "exec-1", "--to", "../x")).isEqualTo(2);
        assertThat(run("targets", "retry", "exec-1")).isEqualTo(1);
        assertThat(text(err)).isEqualTo("kiln: refused: Code409: why\n");
    }

    @Test
    void anExecutionThatNobodyAskedForSaysWhatStartedIt() {
        answer(EXECUTION, "{\"status\":\"SUCCESS\",\"startedBy\":\"SCHEDULE\"}");
        answer(EXECUTION + "/events", "{\"events\":[" + STARTED + "]}");
        answer(EXECUTION + "/targets", "{\"targets\":[]}");
        assertThat(run("execution", "exec-1")).isZero();
        assertThat(text(out)).startsWith("started by its template's schedule\n").contains("PREPARING");
        answer(EXECUTION, "{\"status\":\"SUCCESS\",\"startedBy\":\"REQUEST\"}");
        assertThat(run("execution", "exec-1")).isZero();
        assertThat(text(out)).doesNotContain("started by");
    }

    @Test
    void theShellCompletesWhatTheTableHas() throws Exception {
        assertThat(run("completion", "bash")).isZero();
        var script = Files.writeString(directory.resolve("completion"), text(out));
        assertThat(completed(script, "kiln", "")).contains("start", "template", "up");
        assertThat(completed(script, "kiln", "template", ""))
                .containsExactly("create", "list", "show", "parameters", "schedule", "rebuild", "context");
        assertThat(completed(script, "kiln", "start", "--f")).containsExactly("--follow");
        assertThat(completed(script, "kiln", "template", "create", "--na")).containsExactly("--name");
        assertThat(completed(script, "kiln", "executions", "--status", "FAI")).containsExactly("FAILED");
        assertThat(run("completion", "zsh")).isZero();
        assertThat(text(out)).startsWith("#compdef kiln\n");
        assertThat(run("completion", "fish")).isEqualTo(2);
    }

    private static List<String> completed(Path script, String... words) throws Exception {
        var ask = "source " + script
                + "; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _kiln; printf '%s\\n' \"${COMPREPLY[@]}\"";
        var command = new ArrayList<>(List.of("bash", "-c", ask, "bash"));
        command.addAll(List.of(words));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    @Test
    void helpShowsTheTableAndTheOptionsOfOne() {
        assertThat(run("template", "--help")).isZero();
        assertThat(text(out)).contains("template create", "template list").doesNotContain("./kiln start");
        assertThat(run("start", "--help")).isZero();
        assertThat(text(out)).contains("./kiln start TEMPLATE [options]", "-f, --follow", "KILN_ENDPOINT");
    }
}
