package dev.kiln.standalone;

import dev.kiln.cli.AccessKey;
import dev.kiln.cli.ApiException;
import dev.kiln.cli.Commands;
import dev.kiln.cli.SignedClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * From a base image to a golden one through the signed API only, then the proof that the golden image is what it should
 * be.
 */
final class DemoStory {

    private static final String REGION = KilnSettings.REGIONS.get(0).value();
    private static final String FILE = "etc/fired-in-kiln";
    private static final long SECONDS_TO_FINISH = 300;
    private static final Set<String> FINAL =
            Set.of("SUCCESS", "PARTITION_SUCCESS", "FAILED", "TEST_FAILED", "CANCELLED");

    private final URI endpoint;
    private final SignedClient owner;
    private final Commands commands;
    private final Path directory;
    private final Console console;
    private final String token = UUID.randomUUID().toString();

    /** @param directory for the story's files */
    DemoStory(URI endpoint, AccessKey rootKey, Path directory, Console console) {
        this.endpoint = endpoint;
        this.owner = new SignedClient(endpoint, rootKey);
        this.commands = new Commands(owner);
        this.directory = directory;
        this.console = console;
    }

    /** Runs the story; an exception says which part of it is not true. */
    void tell() throws Exception {
        console.say("Prepare");
        var friend = account("friend");
        var stranger = account("stranger");
        console.tick("accounts: " + friend.id() + " (the image will be shared with it), " + stranger.id() + " (not)");
        var base = importBase();
        var template = createTemplate(base, friend.id());

        console.say("Build");
        var execution = start(template);
        follow(execution);
        require(describe(execution).startsWith("SUCCESS"), "the wire says " + describe(execution));

        console.say("Proof");
        var targets = targets(execution);
        for (var target : targets) {
            proveContent(target);
        }
        proveSharing(targets.get(0), friend);
        proveRefusal(targets.get(0), stranger);
    }

    private record Account(String id, SignedClient client) {}

    private Account account(String name) throws IOException {
        var made = commands.createAccount("", name);
        var key = new AccessKey(
                made.path("accessKeyId").asString(),
                made.path("accessKeySecret").asString());
        return new Account(made.path("accountId").asString(), new SignedClient(endpoint, key));
    }

    private String importBase() throws IOException {
        var archive = directory.resolve("base.tar");
        BusyboxImage.write(archive);
        var image = commands.importImage(archive, "busybox", "", REGION)
                .path("imageId")
                .asString();
        console.tick("base image: " + image + ", a busybox root file system of " + megabytes(Files.size(archive)));
        return image;
    }

    private String createTemplate(String base, String friend) throws IOException {
        var parameters = new LinkedHashMap<String, String>();
        parameters.put("RegionId", REGION);
        parameters.put("Name", "demo");
        parameters.put("BaseImageType", "IMAGE");
        parameters.put("BaseImage", base);
        parameters.put("ImageOptions.ImageName", "golden");
        parameters.put("BuildContent", buildContent());
        var number = 1;
        for (var region : KilnSettings.REGIONS) {
            parameters.put("ToRegionId." + number, region.value());
            number++;
        }
        parameters.put("AddAccount.1", friend);
        var template = owner.rpc("CreateImagePipeline", parameters)
                .path("ImagePipelineId")
                .asString();
        console.tick("template: " + template + ", to " + String.join(", ", regions()));
        return template;
    }

    private String buildContent() {
        return """
                ENV POTTER="kiln"
                RUN echo "shaping the clay as $(id -un)"
                RUN echo "fired by $POTTER, %s" > /%s
                RUN echo "out of the oven:" && cat /%s
                """.formatted(token, FILE, FILE);
    }

    private String start(String template) throws IOException {
        var parameters = Map.of(
                "RegionId", REGION,
                "ImagePipelineId", template,
                "ClientToken", UUID.randomUUID().toString());
        var execution = owner.rpc("StartImagePipelineExecution", parameters)
                .path("ExecutionId")
                .asString();
        console.tick("execution: " + execution);
        return execution;
    }

    private void follow(String execution) throws IOException, InterruptedException {
        var begun = System.nanoTime();
        var follower = new ExecutionFollower(owner, execution, console);
        while (!FINAL.contains(follower.status())) {
            if (System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(SECONDS_TO_FINISH)) {
                throw new IOException("the execution is still " + follower.status() + " after " + Console.since(begun));
            }
            TimeUnit.MILLISECONDS.sleep(100);
            follower.showNew();
        }
        require(follower.status().equals("SUCCESS"), "the execution ended as " + describe(execution));
    }

    private String describe(String execution) throws IOException {
        var row = owner.rpc("DescribeImagePipelineExecutions", Map.of("RegionId", REGION, "ExecutionId", execution))
                .path("ImagePipelineExecution")
                .path("ImagePipelineExecutionSet")
                .path(0);
        return row.path("Status").asString("") + ": " + row.path("Message").asString("") + " "
                + row.path("ErrorInfo").asString("");
    }

    private record Target(String region, String image, String digest, long bytes) {}

    private List<Target> targets(String execution) throws IOException {
        var targets = new ArrayList<Target>();
        for (var target :
                owner.get("/api/v1/executions/" + execution + "/targets").path("targets")) {
            require(target.path("state").asString().equals("COPIED"), "the copy in " + target + " is not there");
            for (var share : target.path("shares")) {
                require(share.path("state").asString().equals("SHARED"), "the copy in " + target + " is not shared");
            }
            targets.add(new Target(
                    target.path("regionId").asString(),
                    target.path("imageId").asString(),
                    target.path("digest").asString(),
                    target.path("bytes").asLong()));
        }
        var found = targets.stream().map(Target::region).sorted().toList();
        require(found.equals(regions().stream().sorted().toList()), "the copies are in " + found);
        return targets;
    }

    private void proveContent(Target target) throws IOException {
        var copy = download(owner, target, target.region());
        require(Files.size(copy.path()) == target.bytes(), "the copy in " + target.region() + " has another size");
        require(copy.digest().value().equals(target.digest()), "the copy in " + target.region() + " has other bytes");
        var text = copy.text(FILE).strip();
        require(text.equals("fired by kiln, " + token), "/" + FILE + " says \"" + text + "\"");
        console.tick(target.region() + ": " + target.image() + ", " + megabytes(target.bytes()) + ", digest "
                + target.digest());
        console.say("      /" + FILE + " in it says: " + text);
    }

    private void proveSharing(Target target, Account friend) throws IOException {
        var copy = download(friend.client(), target, "friend");
        require(copy.digest().value().equals(target.digest()), "the friend's download has other bytes");
        console.tick("account " + friend.id() + " downloads " + target.image() + ", same digest");
    }

    private void proveRefusal(Target target, Account stranger) throws IOException {
        try {
            download(stranger.client(), target, "stranger");
        } catch (ApiException e) {
            require(e.status() == 404, "the stranger was refused by status " + e.status());
            console.tick("account " + stranger.id() + " is refused: HTTP " + e.status() + ", " + e.getMessage());
            return;
        }
        throw new IOException("account " + stranger.id() + " could download an image that is not shared with it");
    }

    private ImageFile download(SignedClient client, Target target, String name) throws IOException {
        var file = directory.resolve(name + ".tar.zst");
        client.download("/api/v1/images/" + target.image() + "/content", file);
        return new ImageFile(file);
    }

    private static List<String> regions() {
        return KilnSettings.REGIONS.stream().map(Object::toString).toList();
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }

    private static void require(boolean isTrue, String otherwise) throws IOException {
        if (!isTrue) {
            throw new IOException(otherwise);
        }
    }
}
