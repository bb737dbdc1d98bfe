package dev.kiln.cli;

import static dev.kiln.cli.TemplateCommands.text;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The schedules of templates. */
final class ScheduleCommands {

    private static final JsonMapper JSON = new JsonMapper();

    private final Session session;
    private final TemplateCommands templates;

    ScheduleCommands(Session session, TemplateCommands templates) {
        this.session = session;
        this.templates = templates;
    }

    List<Command> all() {
        var cron = new Option(
                "cron", "", "EXPRESSION", "set it: minute, hour, day of month, month, day of week, in quotation marks");
        var zone = new Option("zone", "", "ZONE", "the time zone whose clocks it is about, default UTC");
        var running = new Option(
                "while-running", "", "skip|queue", "what becomes of a run that is due while one runs, default skip");
        return List.of(
                new Command(
                        "template schedule",
                        List.of("TEMPLATE"),
                        List.of(
                                cron,
                                zone,
                                running,
                                new Option("remove", "", "", "take it away"),
                                Option.REGION,
                                Option.OUTPUT),
                        "when it starts by itself: show it, or set it with --cron",
                        this::schedule),
                new Command(
                        "template rebuild",
                        List.of("TEMPLATE"),
                        List.of(
                                new Option("on-base-change", "", "yes|no", "whether it is, from now on"),
                                Option.REGION,
                                Option.OUTPUT),
                        "whether it starts when its base image is another one",
                        this::rebuild));
    }

    private int schedule(Arguments arguments) throws UsageException, IOException {
        var cron = arguments.option("cron");
        if (arguments.has("remove") && cron.isPresent()) {
            throw new UsageException("give either --remove or --cron, not both");
        }
        if (cron.isEmpty()
                && (arguments.option("zone").isPresent()
                        || arguments.option("while-running").isPresent())) {
            throw new UsageException("--zone and --while-running need --cron");
        }
        var path = templates.path(arguments) + "/schedule";
        if (arguments.has("remove")) {
            session.client().rest("DELETE", path, Map.of(), RequestBody.none());
            return ExitStatus.DONE;
        }
        var schedule = cron.isPresent()
                ? session.client().rest("PUT", path, Map.of(), RequestBody.json(wanted(cron.get(), arguments)))
                : session.client().get(path);
        if (Session.json(arguments)) {
            session.print(schedule);
        } else {
            print(schedule);
        }
        return ExitStatus.DONE;
    }

    private static JsonNode wanted(String cron, Arguments arguments) {
        var body = JSON.createObjectNode().put("cron", cron);
        arguments.option("zone").ifPresent(zone -> body.put("timeZone", zone));
        arguments.option("while-running").ifPresent(word -> body.put("whileRunning", word));
        return body;
    }

    private void print(JsonNode schedule) {
        line("cron", text(schedule, "cron"));
        var zone = text(schedule, "timeZone");
        line("time zone", zone);
        line("while one runs", text(schedule, "whileRunning"));
        var next = text(schedule, "nextAt");
        line("next", next.isEmpty() ? "never" : at(next, zone));
        line("waits since", at(text(schedule, "waitsSince"), zone));
        last(schedule.path("last"), zone);
    }

    private int rebuild(Arguments arguments) throws UsageException, IOException {
        var wanted = arguments.option("on-base-change");
        if (wanted.isPresent() && !wanted.get().matches("yes|no")) {
            throw new UsageException("--on-base-change is yes or no");
        }
        var path = templates.path(arguments) + "/rebuild";
        var body = JSON.createObjectNode()
                .put("onBaseChange", wanted.filter("yes"::equals).isPresent());
        var rebuild = wanted.isPresent()
                ? session.client().rest("PUT", path, Map.of(), RequestBody.json(body))
                : session.client().get(path);
        if (Session.json(arguments)) {
            session.print(rebuild);
            return ExitStatus.DONE;
        }
        line("on base change", rebuild.path("onBaseChange").asBoolean(false) ? "yes" : "no");
        line("base image", text(rebuild, "baseImageId"));
        last(rebuild.path("last"), "UTC");
        return ExitStatus.DONE;
    }

    /** The time by the clocks of the zone; as the server said it, if this Java does not know the zone. */
    private static String at(String time, String zone) {
        try {
            return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                    Instant.parse(time).atZone(ZoneId.of(zone)));
        } catch (DateTimeException e) {
            return time;
        }
    }

    private void last(JsonNode last, String zone) {
        if (last.isObject()) {
            line(
                    "last",
                    at(text(last, "at"), zone) + ", " + text(last, "outcome").toLowerCase(Locale.ROOT));
            line("", text(last, "message"));
            line("last execution", text(last, "executionId"));
        }
    }

    private void line(String name, String value) {
        if (!value.isEmpty()) {
            session.terminal().out().println(name + " ".repeat(16 - name.length()) + Terminal.oneLine(value));
        }
    }
}
