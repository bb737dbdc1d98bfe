package dev.kiln.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** {@code ./kiln template}: creates, lists and shows templates. */
final class TemplateCommands {

    static final String SET = "/ImagePipeline/ImagePipelineSet";
    static final String ID = "ip-[a-z0-9]{20}";

    private final Session session;

    TemplateCommands(Session session) {
        this.session = session;
    }

    List<Command> all() {
        var file = new Option(
                "file", "f", "FILE", "the template: YAML or JSON with the parameters of CreateImagePipeline");
        var name = new Option("name", "n", "NAME", "instead of the name in the file");
        return List.of(
                new Command(
                        "template create",
                        List.of(),
                        List.of(file, name, Option.REGION, Option.OUTPUT),
                        "make a template, print its id",
                        this::create),
                new Command(
                        "template list",
                        List.of(),
                        List.of(Option.REGION, Option.OUTPUT),
                        "the templates, newest first",
                        this::list),
                new Command(
                        "template show",
                        List.of("TEMPLATE"),
                        List.of(Option.REGION, Option.OUTPUT),
                        "a template, by id or name",
                        this::show),
                new Command(
                        "template parameters",
                        List.of("TEMPLATE"),
                        List.of(
                                new Option(
                                        "file",
                                        "f",
                                        "FILE",
                                        "set them: a YAML list of name, description, secret, default"),
                                Option.REGION,
                                Option.OUTPUT),
                        "its parameters: show them, or set them with -f",
                        this::parameters));
    }

    private int create(Arguments arguments) throws UsageException, IOException {
        var parameters = TemplateFile.read(Path.of(arguments.required("file")));
        arguments.option("name").ifPresent(name -> parameters.put("Name", name));
        parameters.putIfAbsent("RegionId", session.region(arguments));
        var made = session.client().rpc("CreateImagePipeline", parameters);
        if (Session.json(arguments)) {
            session.print(made);
        } else {
            session.terminal().out().println(made.path("ImagePipelineId").asString());
        }
        return ExitStatus.DONE;
    }

    private int list(Arguments arguments) throws UsageException, IOException {
        var templates = session.all("DescribeImagePipelines", Map.of("RegionId", session.region(arguments)), SET);
        if (Session.json(arguments)) {
            session.print(templates);
            return ExitStatus.DONE;
        }
        var table = new Table(-1, "TEMPLATE", "NAME", "BASE IMAGE", "COPIED TO", "CREATED")
                .cutting("NAME", "COPIED TO")
                .orElse("no templates in " + session.region(arguments));
        for (var template : templates) {
            table.row(
                    text(template, "ImagePipelineId"),
                    text(template, "Name"),
                    text(template, "BaseImage"),
                    texts(template.at("/ToRegionIds/ToRegionId")),
                    Session.ago(text(template, "CreationTime")));
        }
        table.print(session.terminal());
        return ExitStatus.DONE;
    }

    private int show(Arguments arguments) throws UsageException, IOException {
        var template = find(arguments.words().get(0), session.region(arguments));
        if (Session.json(arguments)) {
            session.print(template);
            return ExitStatus.DONE;
        }
        var out = session.terminal().out();
        for (var name :
                List.of("ImagePipelineId", "Name", "Description", "CreationTime", "BaseImageType", "BaseImage")) {
            line(name, text(template, name));
        }
        line("ImageFamily", text(template, "ImageFamily"));
        line("Network", template.path("InternetMaxBandwidthOut").asInt(0) > 0 ? "yes" : "none");
        line("CopiedTo", texts(template.at("/ToRegionIds/ToRegionId")));
        line("SharedWith", texts(template.at("/AddAccounts/AddAccount")));
        for (var content : List.of("BuildContent", "TestContent")) {
            if (!text(template, content).isEmpty()) {
                out.println(content);
                text(template, content).lines().forEach(line -> out.println("  " + Terminal.oneLine(line)));
            }
        }
        return ExitStatus.DONE;
    }

    private int parameters(Arguments arguments) throws UsageException, IOException {
        var file = arguments.option("file");
        // Read before the template is asked for.
        var wanted =
                file.isPresent() ? RequestBody.json(TemplateFile.parameters(Path.of(file.get()))) : RequestBody.none();
        var path = path(arguments) + "/parameters";
        var answer = file.isPresent()
                ? session.client().rest("PUT", path, Map.of(), wanted)
                : session.client().get(path);
        if (Session.json(arguments)) {
            session.print(answer);
        } else {
            print(answer.path("parameters"));
        }
        return ExitStatus.DONE;
    }

    /** The REST API's path of the template that the first word names, by id or name. */
    String path(Arguments arguments) throws UsageException, IOException {
        var word = arguments.words().get(0);
        var id = word.matches(ID) ? word : text(find(word, session.region(arguments)), "ImagePipelineId");
        return "/api/v1/templates/" + id;
    }

    private void print(JsonNode parameters) {
        var table = new Table(3, "PARAMETER", "KIND", "DEFAULT", "DESCRIPTION");
        for (var one : parameters) {
            var secret = one.path("secret").asBoolean(false);
            var unseen = secret ? "(kept secret)" : text(one, "default");
            table.row(
                    text(one, "name"),
                    secret ? "secret" : "open",
                    one.path("required").asBoolean(false) ? "(required)" : unseen,
                    text(one, "description"));
        }
        table.print(session.terminal());
    }

    private void line(String name, String value) {
        if (!value.isEmpty()) {
            session.terminal().out().println(name + " ".repeat(17 - name.length()) + Terminal.oneLine(value));
        }
    }

    /** A template by its id, or by its name if only one has it. */
    JsonNode find(String word, String region) throws UsageException, IOException {
        var parameter = word.matches(ID) ? "ImagePipelineId.1" : "Name";
        var found = session.all("DescribeImagePipelines", Map.of("RegionId", region, parameter, word), SET);
        if (found.isEmpty()) {
            // The same refusal as the server's for an unknown id.
            throw new ApiException(
                    404, "InvalidImagePipeline.NotFound", "There is no template \"" + word + "\" in " + region + ".");
        }
        if (found.size() > 1) {
            throw new IOException(
                    found.size() + " templates have the name " + word + "; ./kiln template list shows their ids");
        }
        return found.get(0);
    }

    static String text(JsonNode node, String name) {
        return node.path(name).asString("");
    }

    private static String texts(JsonNode list) {
        return String.join(", ", list.valueStream().map(one -> one.asString("")).toList());
    }
}
