package dev.kiln.bench.orchestration;

import dev.kiln.bench.system.KilnSystem;
import dev.kiln.cli.SignedClient;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Creates templates and starts executions of them, through the signed API. */
public final class Templates {

    /**
     * The cheapest real build: a variable needs no sandbox. The base image is opened, the image is packed (by one
     * sandboxed tar), stored in the region and registered.
     */
    public static final String NOTHING = "ENV BENCH=\"1\"";

    private static final String START = "StartImagePipelineExecution";

    private Templates() {}

    /** Creates this number of templates with the same content and returns their ids. */
    public static List<String> make(SignedClient client, String base, String content, int count) throws IOException {
        var ids = new ArrayList<String>();
        for (var number = 0; number < count; number++) {
            var parameters = Map.of(
                    "RegionId",
                    KilnSystem.REGION,
                    "Name",
                    "bench-" + number,
                    "BaseImageType",
                    "IMAGE",
                    "BaseImage",
                    base,
                    "BuildContent",
                    content);
            ids.add(client.rpc("CreateImagePipeline", parameters)
                    .path("ImagePipelineId")
                    .asString());
        }
        return ids;
    }

    /** Starts an execution and returns its id. */
    public static String start(SignedClient client, String template) throws IOException {
        return client.rpc(START, startOf(template)).path("ExecutionId").asString();
    }

    /** A signed request that starts an execution. */
    static HttpRequest startRequest(SignedClient client, String template) {
        return client.request(START, startOf(template));
    }

    private static Map<String, String> startOf(String template) {
        return Map.of(
                "RegionId",
                KilnSystem.REGION,
                "ImagePipelineId",
                template,
                "ClientToken",
                UUID.randomUUID().toString());
    }
}
