package dev.kiln.cli;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Runs common commands against a server of its own, without output: the launcher caches the classes that Java has
 * loaded and verified meanwhile, which makes every later command start faster.
 */
public final class Rehearsal {

    private static final String ANSWER = """
            {"ImagePipeline":{"ImagePipelineSet":[{"ImagePipelineId":"ip-aaaaaaaaaaaaaaaaaaaa","Name":"one",
               "CreationTime":"2024-01-01T00:00:00Z","ToRegionIds":{"ToRegionId":["cn-one"]}}]},
             "ImagePipelineExecution":{"ImagePipelineExecutionSet":[{"ExecutionId":"exec-1","Status":"SUCCESS",
               "CreationTime":"2024-01-01T00:00:00Z"}]},
             "Images":{"Image":[{"ImageId":"m-1","Size":1,"CreationTime":"2024-01-01T00:00:00Z"}]},"TotalCount":1,
             "ExecutionId":"exec-1","status":"SUCCESS","clean":true,
             "events":[{"sequence":1,"to":"SUCCESS","message":"","at":"2024-01-01T00:00:00Z"}],
             "targets":[{"regionId":"cn-one","state":"COPIED","shares":[]}]}
            """;

    private Rehearsal() {}

    public static void main(String[] arguments) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                var bytes = ANSWER.getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Kiln-Log-Complete", "true");
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
        server.start();
        var here = new Surroundings(
                Map.of(
                        "KILN_ENDPOINT",
                                "http://127.0.0.1:" + server.getAddress().getPort(),
                        "KILN_ACCESS_KEY_ID", "rehearsal",
                        "KILN_ACCESS_KEY_SECRET", "rehearsal",
                        "KILN_COLUMNS", "80"),
                Path.of(""));
        var silent = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        for (var command : List.of(
                "template list",
                "executions",
                "images -o json",
                "start ip-aaaaaaaaaaaaaaaaaaaa -f",
                "execution exec-1",
                "logs exec-1",
                "doctor",
                "help")) {
            Main.run(List.of(command.split(" ", -1)), here, silent, silent);
        }
        System.exit(0);
    }
}
