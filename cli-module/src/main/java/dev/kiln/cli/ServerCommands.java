package dev.kiln.cli;

import static dev.kiln.cli.TemplateCommands.text;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The doctor, the workers, and arbitrary operations and requests. */
final class ServerCommands {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String DOCTOR = "/api/v1/doctor";
    // The methods that the HTTP client can send and the API has a use for.
    private static final List<String> METHODS = List.of("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE");

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
            forget(Session.id(gone.get(), "a place"));
        }
        var method = arguments.has("remove") ? "POST" : "GET";
        var report = session.client().rest(method, DOCTOR, Map.of(), RequestBody.none());
        if (json) {
            session.print(report);
        } else {
            DoctorTable.print(report, session.terminal());
        }
        return report.path("clean").asBoolean(false) ? ExitStatus.DONE : ExitStatus.REFUSED;
    }

    /**
     * Fails for a place that the server does not know: the server would accept it silently, also after a typing error.
     */
    private void forget(String place) throws UsageException, IOException {
        var places = new TreeSet<String>();
        var known = session.client().rest("GET", DOCTOR, Map.of(), RequestBody.none());
        known.path("places").forEach(one -> places.add(text(one, "place")));
        known.path("findings").forEach(one -> places.add(text(one, "place")));
        if (!places.contains(place)) {
            throw new IOException("place \"" + place + "\" is not known; "
                    + (places.isEmpty() ? "there is no place" : "the places are " + String.join(", ", places)));
        }
        session.client().rest("DELETE", DOCTOR + "/places/" + place, Map.of(), RequestBody.none());
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
            // One line per reason: they are sentences.
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
        if (!METHODS.contains(method)) {
            throw new UsageException("method \"" + method + "\" is not one of " + String.join(", ", METHODS));
        }
        var asked = RestPath.of(arguments.words().get(1));
        var call = ApiCall.rest(method, asked.path(), asked.query(), body(arguments));
        if (call.body().length() > 0 && method.matches("GET|HEAD")) {
            throw new UsageException("a " + method + " has no body; leave --data and --file out, or send a POST");
        }
        try (var answer = session.client().send(call)) {
            var bytes = answer.body();
            if (answer.header("Content-Type").orElse("").contains("json")) {
                session.print(json(bytes));
            } else if (session.terminal().watched()) {
                var shown = new HarmlessText(session.terminal().colours()).of(bytes.readAllBytes());
                session.terminal().out().write(shown, 0, shown.length);
            } else {
                bytes.transferTo(session.terminal().out());
            }
        }
        return ExitStatus.DONE;
    }

    private static JsonNode json(InputStream bytes) throws IOException {
        try {
            return JSON.readTree(bytes);
        } catch (JacksonException e) {
            throw new IOException("the server calls its answer JSON, and it is none; check KILN_ENDPOINT", e);
        }
    }

    private static RequestBody body(Arguments arguments) throws UsageException, IOException {
        var data = arguments.option("data");
        var file = arguments.option("file");
        if (data.isPresent() && file.isPresent()) {
            throw new UsageException("give either --data or --file, not both");
        }
        if (file.isPresent()) {
            return RequestBody.file(GivenFile.of(file.get()));
        }
        return data.map(RequestBody::jsonText).orElseGet(RequestBody::none);
    }
}
