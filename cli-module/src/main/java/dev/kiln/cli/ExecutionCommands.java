package dev.kiln.cli;

import static dev.kiln.cli.TemplateCommands.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Starts, watches, cancels and lists executions, and retries their failed targets. */
final class ExecutionCommands {

    private final Session session;
    private final TemplateCommands templates;

    ExecutionCommands(Session session, TemplateCommands templates) {
        this.session = session;
        this.templates = templates;
    }

    List<Command> all() {
        var token = new Option(
                "client-token", "", "TOKEN", "the same token starts one execution, however often it is sent");
        var template = new Option("template", "t", "TEMPLATE", "of this template, by id or name; else of all");
        var status = new Option("status", "s", "STATUS,…", "in these statuses alone");
        var limit = new Option("limit", "l", "N", "at most so many, default 20");
        var region = Option.REGION;
        var output = Option.OUTPUT;
        var execution = List.of("EXECUTION");
        return List.of(
                new Command(
                        "start",
                        List.of("TEMPLATE"),
                        GivenParameters.optionsWith(Option.FOLLOW, token, region, output),
                        "start an execution, print its id; with -f, end as it ends",
                        this::start),
                new Command(
                        "executions",
                        List.of(),
                        List.of(template, status, limit, region, output),
                        "executions, newest first",
                        this::list),
                new Command(
                        "execution", execution, List.of(output), "one execution: its stages and targets", this::show),
                new Command(
                        "follow",
                        execution,
                        List.of(),
                        "show what happens until the end, and end as it ends",
                        this::follow),
                new Command("logs", execution, List.of(Option.FOLLOW), "what its commands have printed", this::logs),
                new Command("cancel", execution, List.of(region), "cancel an execution", this::cancel),
                new Command("targets list", execution, List.of(output), "the regions that get a copy", this::targets),
                new Command(
                        "targets retry",
                        execution,
                        List.of(Option.FOLLOW, new Option("to", "", "REGION", "what failed in this region alone")),
                        "try the targets that failed again, without a build",
                        this::retry));
    }

    private int start(Arguments arguments) throws UsageException, IOException {
        var region = session.region(arguments);
        var json = Session.json(arguments);
        // Read before the template is asked for.
        var given = GivenParameters.of(arguments, session.here());
        var template = template(arguments.words().get(0), region);
        var started =
                start(template, region, given, arguments.option("client-token").orElse(""));
        var id = started.path("ExecutionId").asString(text(started, "executionId"));
        if (!json) {
            session.terminal().out().println(id);
            session.terminal().out().flush();
        } else if (!arguments.has("follow")) {
            session.print(started);
        }
        return arguments.has("follow") ? follow(id, json, Patience.ofKnown()) : ExitStatus.DONE;
    }

    /** Uses the wire's operation, which every server has, unless there are values: it has no parameters for them. */
    private JsonNode start(String template, String region, GivenParameters given, String token)
            throws UsageException, IOException {
        if (!given.isEmpty()) {
            return session.client()
                    .rest(
                            "POST",
                            "/api/v1/templates/" + template + "/executions",
                            Map.of(),
                            RequestBody.json(given.start(token)));
        }
        var asked = new LinkedHashMap<>(Map.of("RegionId", region, "ImagePipelineId", template));
        if (!token.isEmpty()) {
            asked.put("ClientToken", token);
        }
        return session.client().rpc("StartImagePipelineExecution", asked);
    }

    private int follow(Arguments arguments) throws UsageException, IOException {
        return follow(execution(arguments), false, Patience.ofStranger());
    }

    private int follow(String id, boolean json, Patience patience) throws UsageException, IOException {
        var follower = new Follower(session.client(), id, session.terminal(), patience);
        var end = follower.follow(!json);
        if (json) {
            session.print(end);
        }
        return ExitStatus.of(text(end, "status"));
    }

    private static String execution(Arguments arguments) throws UsageException {
        return Session.id(arguments.words().get(0), "an execution");
    }

    private int list(Arguments arguments) throws UsageException, IOException {
        var limit = arguments.number("limit", 20, 1, 500);
        var region = session.region(arguments);
        var asked = new LinkedHashMap<>(Map.of("regionId", region));
        arguments.option("status").ifPresent(status -> asked.put("status", status));
        var named = arguments.option("template");
        if (named.isPresent()) {
            asked.put("template", template(named.get(), region));
        }
        var found = executions(asked, limit);
        if (Session.json(arguments)) {
            session.print(found);
        } else {
            var such = asked.containsKey("status") || named.isPresent() ? "such " : "";
            print(found, "no " + such + "executions in " + region);
        }
        return ExitStatus.DONE;
    }

    /** So many, or all that there are: a page may hold fewer than were asked for. */
    private List<JsonNode> executions(Map<String, String> asked, int limit) throws UsageException, IOException {
        var found = new ArrayList<JsonNode>();
        String next;
        do {
            asked.put("limit", Integer.toString(limit - found.size()));
            var page = session.client().rest("GET", "/api/v1/executions", asked, RequestBody.none());
            page.path("executions").forEach(found::add);
            next = page.path("next").asString("");
            asked.put("before", next);
        } while (!next.isEmpty() && found.size() < limit);
        return found;
    }

    /** The template's id, given its id or its name. */
    private String template(String word, String region) throws UsageException, IOException {
        return word.matches(TemplateCommands.ID)
                ? Session.id(word, "a template")
                : text(templates.find(word, region), "ImagePipelineId");
    }

    private void print(List<JsonNode> executions, String none) {
        var table = new Table(2, "EXECUTION", "TEMPLATE", "STATUS", "STARTED", "MESSAGE").orElse(none);
        for (var one : executions) {
            table.row(
                    text(one, "executionId"),
                    text(one, "templateId"),
                    text(one, "status"),
                    Session.ago(text(one, "createdAt")),
                    text(one, "message"));
        }
        table.print(session.terminal());
    }

    private int show(Arguments arguments) throws UsageException, IOException {
        var id = execution(arguments);
        var path = "/api/v1/executions/" + id;
        var execution = session.client().get(path);
        if (Session.json(arguments)) {
            session.print(execution);
            return ExitStatus.DONE;
        }
        var story = new Story(session.terminal());
        story.origin(execution);
        story.tell(session.client().get(path + "/events").path("events"));
        story.outcome(execution);
        story.targets(session.client().get(path + "/targets").path("targets"));
        story.remedy(execution, id);
        return ExitStatus.DONE;
    }

    private int logs(Arguments arguments) throws UsageException, IOException {
        new LogPrinter(session.client(), execution(arguments), session.terminal()).print(arguments.has("follow"));
        return ExitStatus.DONE;
    }

    private int cancel(Arguments arguments) throws UsageException, IOException {
        session.client()
                .rpc(
                        "CancelImagePipelineExecution",
                        Map.of("RegionId", session.region(arguments), "ExecutionId", execution(arguments)));
        return ExitStatus.DONE;
    }

    private int targets(Arguments arguments) throws UsageException, IOException {
        var targets = session.client().get("/api/v1/executions/" + execution(arguments) + "/targets");
        if (Session.json(arguments)) {
            session.print(targets.path("targets"));
        } else {
            new Story(session.terminal()).targets(targets.path("targets"));
        }
        return ExitStatus.DONE;
    }

    private int retry(Arguments arguments) throws UsageException, IOException {
        var id = execution(arguments);
        var region = arguments.option("to");
        var one = region.isPresent() ? "/" + Session.id(region.get(), "a region") : "";
        var path = "/api/v1/executions/" + id + "/targets" + one + "/retry";
        session.client().rest("POST", path, Map.of(), RequestBody.none());
        return arguments.has("follow") ? follow(id, false, Patience.ofKnown()) : ExitStatus.DONE;
    }
}
