package dev.kiln.cli;

import static dev.kiln.cli.TemplateCommands.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** {@code ./kiln images} and {@code ./kiln image}. */
final class ImageCommands {

    private static final int PAGE = 100;
    private static final int FORBIDDEN = 403;

    private final Session session;

    ImageCommands(Session session) {
        this.session = session;
    }

    List<Command> all() {
        var family = new Option("family", "F", "FAMILY", "of this family alone");
        var joined = new Option("family", "F", "FAMILY", "the family that it joins");
        var name = new Option("name", "n", "NAME", "its name");
        return List.of(
                new Command(
                        "images",
                        List.of(),
                        List.of(family, Option.REGION, Option.OUTPUT),
                        "the images of a region, newest first",
                        this::list),
                new Command(
                        "image import",
                        List.of("FILE"),
                        List.of(name, joined, Option.REGION),
                        "register a base image, print its id",
                        this::register),
                new Command(
                        "image download",
                        List.of("IMAGE", "FILE"),
                        List.of(),
                        "get an image's bytes, checked against its digest",
                        this::download));
    }

    private int list(Arguments arguments) throws UsageException, IOException {
        var images = images(arguments);
        if (Session.json(arguments)) {
            session.print(images);
            return ExitStatus.DONE;
        }
        var family = arguments.option("family").map(name -> " of the family " + name);
        var table = new Table(4, "IMAGE", "NAME", "FAMILY", "GIB", "STATUS", "CREATED")
                .cutting("NAME", "FAMILY")
                .orElse("no images" + family.orElse("") + " in " + session.region(arguments));
        for (var image : images) {
            table.row(
                    text(image, "ImageId"),
                    text(image, "ImageName"),
                    text(image, "ImageFamily"),
                    image.path("Size").asString(""),
                    text(image, "Status"),
                    Session.ago(text(image, "CreationTime")));
        }
        table.print(session.terminal());
        return ExitStatus.DONE;
    }

    private List<JsonNode> images(Arguments arguments) throws UsageException, IOException {
        var asked = new LinkedHashMap<String, String>();
        asked.put("RegionId", session.region(arguments));
        asked.put("PageSize", Integer.toString(PAGE));
        arguments.option("family").ifPresent(family -> asked.put("ImageFamily", family));
        var all = new ArrayList<JsonNode>();
        for (var page = 1; ; page++) {
            asked.put("PageNumber", Integer.toString(page));
            var answer = session.client().rpc("DescribeImages", asked);
            answer.at("/Images/Image").forEach(all::add);
            if (page * PAGE >= answer.path("TotalCount").asInt(0)) {
                return all;
            }
        }
    }

    private int register(Arguments arguments) throws UsageException, IOException {
        var name = arguments.required("name");
        var file = GivenFile.of(arguments.words().get(0));
        // Before computing the digest of what may be many gigabytes.
        requireServer();
        var image = new Commands(session.client())
                .importImage(
                        RequestBody.file(file).telling(Progress.on(session.terminal(), "Sending " + file)),
                        name,
                        arguments.option("family").orElse(""),
                        session.region(arguments));
        session.terminal().out().println(image.path("imageId").asString());
        return ExitStatus.DONE;
    }

    /** Checks that a server answers and knows the key; a key with no other right can still import. */
    private void requireServer() throws UsageException, IOException {
        try {
            session.client().rpc("DescribeRegions", Map.of());
        } catch (ApiException e) {
            if (e.status() != FORBIDDEN || e.code().isEmpty()) {
                throw e;
            }
        }
    }

    private int download(Arguments arguments) throws UsageException, IOException {
        var image = Session.id(arguments.words().get(0), "an image");
        var file = DownloadFile.of(arguments.words().get(1));
        var progress = Progress.on(session.terminal(), "Getting " + image);
        session.client().download("/api/v1/images/" + image + "/content", file, progress);
        return ExitStatus.DONE;
    }
}
