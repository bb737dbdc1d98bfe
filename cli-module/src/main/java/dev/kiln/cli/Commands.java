package dev.kiln.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands, each a thin layer over one request. */
public final class Commands {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String DEFAULT_REGION = "cn-hangzhou";

    private final SignedClient client;
    private final PrintStream out;

    public Commands(SignedClient client, PrintStream out) {
        this.client = client;
        this.out = out;
    }

    /** The exit status: 1 says that the command was done and has found something. */
    int run(List<String> words) throws UsageException, IOException {
        var rest = words.subList(1, words.size());
        if (words.get(0).equals("doctor")) {
            return doctor(rest);
        }
        switch (words.get(0)) {
            case "account" -> account(rest);
            case "key" -> new KeyCommands(client, out).run(rest);
            case "image" -> image(rest);
            case "call" -> call(rest);
            default -> throw new UsageException("command " + words.get(0) + " is not known");
        }
        return 0;
    }

    private int doctor(List<String> words) throws UsageException, IOException {
        var arguments = Arguments.parse(words, Set.of(), Set.of("remove"));
        if (!arguments.words().isEmpty()) {
            throw new UsageException("doctor takes no word " + arguments.words().get(0));
        }
        var method = arguments.has("remove") ? "POST" : "GET";
        var report = client.rest(method, "/api/v1/doctor", Map.of(), RequestBody.none());
        DoctorTable.print(report, out);
        return report.path("clean").asBoolean(false) ? 0 : 1;
    }

    /** Makes an account and returns its id and key; an empty id lets the server choose one. */
    public JsonNode createAccount(String id, String name) throws IOException {
        var account = JSON.createObjectNode().put("name", name);
        if (!id.isEmpty()) {
            account.put("id", id);
        }
        return client.rest("POST", "/api/v1/accounts", Map.of(), RequestBody.json(account));
    }

    /** Registers the file as a base image and returns the server's answer; an empty family means none. */
    public JsonNode importImage(Path file, String name, String family, String region) throws IOException {
        var query = new LinkedHashMap<>(Map.of("name", name, "regionId", region));
        if (!family.isEmpty()) {
            query.put("family", family);
        }
        return client.rest("POST", "/api/v1/images", query, RequestBody.file(file));
    }

    private void account(List<String> words) throws UsageException, IOException {
        var arguments = Arguments.parse(words, Set.of("id", "name"), Set.of());
        expect(arguments, "create");
        var id = arguments.option("id").orElse("");
        if (!id.matches("[0-9]{0,16}")) {
            throw new UsageException("--id " + id + " is not a number of at most 16 digits");
        }
        var account = createAccount(id, arguments.required("name"));
        out.println("account id         " + account.path("accountId").asString());
        out.println("access key id      " + account.path("accessKeyId").asString());
        out.println("access key secret  " + account.path("accessKeySecret").asString());
    }

    private void image(List<String> words) throws UsageException, IOException {
        var arguments = Arguments.parse(words, Set.of("name", "family", "region"), Set.of());
        expect(arguments, "import", "FILE");
        var file = Path.of(arguments.words().get(1));
        if (!Files.isReadable(file) || !Files.isRegularFile(file)) {
            throw new UsageException("there is no readable file " + file);
        }
        var image = importImage(
                file,
                arguments.required("name"),
                arguments.option("family").orElse(""),
                arguments.option("region").orElse(DEFAULT_REGION));
        out.println(image.path("imageId").asString());
    }

    private void call(List<String> words) throws UsageException, IOException {
        if (words.isEmpty()) {
            throw new UsageException("the name of an operation is missing, for example DescribeImages");
        }
        var parameters = new LinkedHashMap<String, String>();
        for (var word : words.subList(1, words.size())) {
            var equals = word.indexOf('=');
            if (equals < 1) {
                throw new UsageException("parameter " + word + " is not like RegionId=cn-hangzhou");
            }
            parameters.put(word.substring(0, equals), word.substring(equals + 1));
        }
        out.println(client.rpc(words.get(0), parameters).toPrettyString());
    }

    private static void expect(Arguments arguments, String verb, String... more) throws UsageException {
        var words = arguments.words();
        if (words.isEmpty() || !words.get(0).equals(verb)) {
            throw new UsageException("only \"" + verb + "\" is known here");
        }
        if (words.size() != 1 + more.length) {
            throw new UsageException(String.join(" ", words) + " is not " + verb + " " + String.join(" ", more));
        }
    }
}
