package dev.kiln.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** {@code ./kiln images packages} and {@code ./kiln images differences}. */
final class PackageCommands {

    private final Session session;

    PackageCommands(Session session) {
        this.session = session;
    }

    List<Command> all() {
        var to = new Option("to", "", "IMAGE", "the other image; else the one before it of its template or family");
        return List.of(
                new Command(
                        "images packages",
                        List.of("IMAGE"),
                        List.of(Option.OUTPUT),
                        "what is installed in an image",
                        this::packages),
                new Command(
                        "images differences",
                        List.of("IMAGE"),
                        List.of(to, Option.OUTPUT),
                        "the packages that an image and an earlier one have not in common",
                        this::differences));
    }

    private int packages(Arguments arguments) throws UsageException, IOException {
        var answer = session.client().get(path(arguments));
        if (Session.json(arguments)) {
            session.print(answer);
            return ExitStatus.DONE;
        }
        var table = new Table(-1, "PACKAGE", "VERSION", "ARCHITECTURE")
                .cutting("PACKAGE")
                .orElse("no packages are known");
        for (var one : answer.path("packages")) {
            table.row(text(one, "name"), text(one, "version"), text(one, "architecture"));
        }
        table.print(session.terminal());
        return ExitStatus.DONE;
    }

    private int differences(Arguments arguments) throws UsageException, IOException {
        var to = arguments.option("to").orElse("previous");
        var path = path(arguments) + "/differences";
        var answer = session.client().rest("GET", path, Map.of("to", to), RequestBody.none());
        if (Session.json(arguments)) {
            session.print(answer);
            return ExitStatus.DONE;
        }
        var table = new Table(-1, "PACKAGE", "IN " + text(answer, "to"), "NOW")
                .cutting("PACKAGE")
                .orElse("no differences");
        for (var one : answer.path("changed")) {
            table.row(text(one, "name"), text(one, "before"), text(one, "now"));
        }
        for (var one : answer.path("added")) {
            table.row(text(one, "name"), "-", text(one, "version"));
        }
        for (var one : answer.path("removed")) {
            table.row(text(one, "name"), text(one, "version"), "-");
        }
        table.print(session.terminal());
        return ExitStatus.DONE;
    }

    private static String path(Arguments arguments) throws UsageException {
        return "/api/v1/images/" + Session.id(arguments.words().get(0), "an image") + "/packages";
    }

    private static String text(JsonNode node, String member) {
        return node.path(member).asString("");
    }
}
