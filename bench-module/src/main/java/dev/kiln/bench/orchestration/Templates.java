package dev.kiln.bench.orchestration;

import dev.kiln.bench.system.KilnSystem;
import dev.kiln.cli.SignedClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Makes templates and starts executions of them, through the signed API. */
public final class Templates {

    /**
     * The cheapest build that is a real one: a variable needs no sandbox. The base image is opened, the image is packed
     * (by one sandboxed tar), stored in the region and registered.
     */
    public static final String NOTHING = "ENV BENCH=\"1\"";

    private Templates() {}

    /** Makes so many templates of the same content and returns their ids. */
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
        var parameters = Map.of(
                "RegionId",
                KilnSystem.REGION,
                "ImagePipelineId",
                template,
                "ClientToken",
                UUID.randomUUID().toString());
        return client.rpc("StartImagePipelineExecution", parameters)
                .path("ExecutionId")
                .asString();
    }
}
