package dev.kiln.faults.load;

import dev.kiln.cli.ApiException;
import dev.kiln.cli.RequestBody;
import dev.kiln.cli.SignedClient;
import dev.kiln.faults.cluster.RegionDirectories;
import dev.kiln.standalone.BusyboxImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/** The operations of a client, recorded in a ledger. */
public final class Operations {

    private static final String REGION = "RegionId";

    private final GoodClient client;
    private final Ledger ledger;

    public Operations(List<SignedClient> apis, int first, Ledger ledger) {
        this.client = new GoodClient(apis, first);
        this.ledger = ledger;
    }

    /** Registers a busybox root file system and returns its id. */
    public String baseImage(Path file) throws IOException, InterruptedException {
        BusyboxImage.write(file);
        var query = Map.of("name", "busybox", "regionId", RegionDirectories.HOME);
        return client.call(api -> api.rest("POST", "/api/v1/images", query, RequestBody.file(file)))
                .path("imageId")
                .asString();
    }

    /** Creates an account to share with and returns its number. */
    public String account() throws IOException, InterruptedException {
        var body = RequestBody.json(new JsonMapper().createObjectNode().put("name", "guest"));
        return client.call(api -> api.rest("POST", "/api/v1/accounts", Map.of(), body))
                .path("accountId")
                .asString();
    }

    /** Creates a template that copies to two more regions and returns its id. */
    public String template(Recipe recipe, String base, String guest) throws IOException, InterruptedException {
        var parameters = new LinkedHashMap<>(Map.of(
                REGION,
                RegionDirectories.HOME,
                "Name",
                recipe.name(),
                "BaseImageType",
                "IMAGE",
                "BaseImage",
                base,
                "BuildContent",
                recipe.build(),
                "TestContent",
                recipe.test(),
                "ToRegionId.1",
                RegionDirectories.REFUSING,
                "ToRegionId.2",
                RegionDirectories.SMALL));
        if (recipe.shared()) {
            parameters.put("AddAccount.1", guest);
        }
        var template = client.call(api -> api.rpc("CreateImagePipeline", parameters))
                .path("ImagePipelineId")
                .asString();
        ledger.made(template, recipe);
        return template;
    }

    /** Starts an execution; empty when it was refused or not answered. */
    public Optional<String> start(String template, String token) throws InterruptedException {
        var parameters = Map.of(REGION, RegionDirectories.HOME, "ImagePipelineId", template, "ClientToken", token);
        try {
            var execution = client.call(api -> api.rpc("StartImagePipelineExecution", parameters))
                    .path("ExecutionId")
                    .asString();
            ledger.started(execution);
            return Optional.of(execution);
        } catch (IOException e) {
            if (!(e instanceof ApiException)) {
                ledger.doubtful(token);
            }
            note("start " + template, e);
            return Optional.empty();
        }
    }

    /** Requests a cancel. */
    public void cancel(String execution) throws InterruptedException {
        var parameters = Map.of(REGION, RegionDirectories.HOME, "ExecutionId", execution);
        ledger.cancelAsked(execution);
        try {
            client.call(api -> api.rpc("CancelImagePipelineExecution", parameters));
            ledger.cancelAccepted(execution);
        } catch (IOException e) {
            note("cancel " + execution, e);
        }
    }

    /** Requests a retry of an execution's failed targets. */
    public void retry(String execution) throws InterruptedException {
        var path = "/api/v1/executions/" + execution + "/targets/retry";
        try {
            client.call(api -> api.rest("POST", path, Map.of(), RequestBody.none()));
        } catch (IOException e) {
            note("retry " + execution, e);
        }
    }

    private void note(String request, IOException e) {
        if (e instanceof ApiException refusal) {
            ledger.refused(refusal.code());
        } else if (e instanceof GoodClient.LateRefusalException refusal) {
            ledger.refused(refusal.code());
        } else {
            ledger.unanswered(request + ": " + e.getMessage());
        }
    }
}
