package dev.kiln.cli;

import static dev.kiln.cli.TemplateCommands.text;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import tools.jackson.databind.json.JsonMapper;

/** The doctor, the workers, and any operation or request. */
final class ServerCommands {

    private static final JsonMapper JSON = new JsonMapper();

    private final Session session;

    ServerCommands(Session session) {
        this.session = session;
    }

    List<Command> all() {
        var remove = new Option("remove", "", "", "remove it");
        var forget = new Option("forget", "", "PLACE", "forget what is noted of a place that will not come back");
        var data = new Option("data", "d", "JSON", "the body");
        var file = new Option("file", "f", "FILE", "the body: a file as it is");
        return List.of(
                new Command(
                        "doctor",
                        List.of(),
                        List.of(remove, forget, Option.OUTPUT),
                        "what was left behind or is missing; exit status 1 when anything is",
                        this::doctor),
                new Command(
                        "workers",
                        List.of(),
                        List.of(Option.OUTPUT),
                        "who is there, what each can do, and why not the rest",
                        this::workers),
                new Command(
                        "call",
                        List.of("OPERATION", "Parameter=Value…"),
                        List.of(),
                        "call an operation of the API, print its answer",
                        this::call),
                new Command(
                        "rest",
                        List.of("METHOD", "PATH"),
                        List.of(data, file),
                        "send a signed request to the REST API, print its answer",
                        this::rest));
    }

    private int doctor(Arguments arguments) throws UsageException, IOException {
        var json = Session.json(arguments);
        var gone = arguments.option("forget");
        if (gone.isPresent()) {
            var path = "/api/v1/doctor/places/" + Session.id(gone.get(), "a place");
            session.client().rest("DELETE", path, Map.of(), RequestBody.none());
        }
        var method = arguments.has("remove") ? "POST" : "GET";
        var report = session.client().rest(method, "/api/v1/doctor", Map.of(), RequestBody.none());
        if (json) {
            session.print(report);
        } else {
            DoctorTable.print(report, session.terminal());
        }
        return report.path("clean").asBoolean(false) ? ExitStatus.DONE : ExitStatus.REFUSED;
    }

    private int workers(Arguments arguments) throws UsageException, IOException {
        var json = Session.json(arguments);
        var report = session.client().rest("GET", "/api/v1/workers", Map.of(), RequestBody.none());
        if (json) {
            session.print(report);
            return ExitStatus.DONE;
        }
        var table = new Table(-1, "WORKER", "SLOTS", "PROCESSOR", "CAN", "CANNOT");
        for (var worker : report.path("workers")) {
            var able = new StringJoiner(" ");
            worker.path("able").forEach(word -> able.add(word.asString()));
            // A reason each line: they are sentences.
            var lacking = worker.path("lacking").properties().stream()
                    .map(why -> why.getKey() + ": " + why.getValue().asString())
                    .iterator();
            table.row(
                    text(worker, "name"),
                    worker.path("slots").asString(""),
                    text(worker, "architecture"),
                    able.toString(),
                    lacking.hasNext() ? lacking.next() : "");
            lacking.forEachRemaining(why -> table.row("", "", "", "", why));
        }
        table.print(session.terminal());
        return ExitStatus.DONE;
    }

    private int call(Arguments arguments) throws UsageException, IOException {
        var words = arguments.words();
        var parameters = new LinkedHashMap<String, String>();
        for (var word : words.subList(1, words.size())) {
            var equals = word.indexOf('=');
            if (equals < 1) {
                throw new UsageException("parameter " + word + " is not like RegionId=cn-hangzhou");
            }
            parameters.put(word.substring(0, equals), word.substring(equals + 1));
        }
        session.environmentRegion().ifPresent(region -> parameters.putIfAbsent("RegionId", region));
        session.print(session.client().rpc(words.get(0), parameters));
        return ExitStatus.DONE;
    }

    private int rest(Arguments arguments) throws UsageException, IOException {
        var method = arguments.words().get(0).toUpperCase(Locale.ROOT);
        var path = arguments.words().get(1);
        if (!path.startsWith("/")) {
            throw new UsageException("path " + path + " is not like /api/v1/workers");
        }
        var mark = path.indexOf('?');
        var query = mark < 0 ? Map.<String, String>of() : query(path.substring(mark + 1));
        var call = ApiCall.rest(method, mark < 0 ? path : path.substring(0, mark), query, body(arguments));
        try (var answer = session.client().send(call)) {
            var bytes = answer.body();
            if (answer.header("Content-Type").orElse("").contains("json")) {
                session.print(JSON.readTree(bytes));
            } else if (session.terminal().watched()) {
                var shown = new HarmlessText(session.terminal().colours()).of(bytes.readAllBytes());
                session.terminal().out().write(shown, 0, shown.length);
            } else {
                bytes.transferTo(session.terminal().out());
            }
        }
        return ExitStatus.DONE;
    }

    private static RequestBody body(Arguments arguments) throws UsageException, IOException {
        var data = arguments.option("data");
        var file = arguments.option("file");
        if (data.isPresent() && file.isPresent()) {
            throw new UsageException("--data and --file are two bodies");
        }
        if (file.isPresent()) {
            return RequestBody.file(Session.readable(file.get()));
        }
        return data.map(RequestBody::jsonText).orElseGet(RequestBody::none);
    }

    private static Map<String, String> query(String text) {
        var query = new LinkedHashMap<String, String>();
        for (var pair : text.split("&", -1)) {
            var equals = pair.indexOf('=');
            query.put(
                    decoded(equals < 0 ? pair : pair.substring(0, equals)),
                    equals < 0 ? "" : decoded(pair.substring(equals + 1)));
        }
        return query;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
