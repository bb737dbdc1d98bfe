package dev.kiln.api.rest;

import static dev.kiln.api.permission.ResourceType.EXECUTION;
import static dev.kiln.api.permission.ResourceType.IMAGE;
import static dev.kiln.api.permission.ResourceType.KEY;
import static dev.kiln.api.permission.ResourceType.TEMPLATE;

import dev.kiln.api.permission.ResourceType;
import java.util.List;
import java.util.Optional;

/**
 * The action of a REST route in policies. A key with policies is refused a route that is not in the table.
 *
 * @param type the type that the route is about; without one it is checked on {@code *}
 * @param region the query parameter with the region; empty if the request does not name it
 * @param narrowed whether the route itself is open and its answer has only what the policies allow
 */
public record RestAction(
        String method, String path, String action, Optional<ResourceType> type, String region, boolean narrowed) {

    /** Listing the executions of a template, as on the wire. */
    public static final String LIST_EXECUTIONS = "ecs:DescribeImagePipelineExecutions";

    /** Comparing images; checked on each of them. */
    public static final String DIFFERENCES = "kiln:GetPackageDifferences";

    /** All routes. */
    public static final List<RestAction> ALL = List.of(
            about("GET", "/api/v1/accounts", "kiln:ListAccounts"),
            about("POST", "/api/v1/accounts", "kiln:CreateAccount"),
            about("GET", "/api/v1/keys", "kiln:ListKeys", KEY),
            about("POST", "/api/v1/keys", "kiln:CreateKey", KEY),
            about("POST", "/api/v1/keys/{id}/disable", "kiln:DisableKey", KEY),
            about("POST", "/api/v1/keys/{id}/enable", "kiln:EnableKey", KEY),
            about("DELETE", "/api/v1/keys/{id}", "kiln:DeleteKey", KEY),
            about("POST", "/api/v1/temporary-keys", "kiln:CreateTemporaryKey", KEY),
            new RestAction("POST", "/api/v1/images", "kiln:UploadImage", Optional.of(IMAGE), "regionId", false),
            about("GET", "/api/v1/images/{id}", "kiln:GetImage", IMAGE),
            about("GET", "/api/v1/images/{id}/content", "kiln:DownloadImage", IMAGE),
            about("GET", "/api/v1/images/{id}/packages", "kiln:GetPackages", IMAGE),
            about("GET", "/api/v1/images/{id}/packages/differences", DIFFERENCES, IMAGE),
            about("PUT", "/api/v1/templates/{id}/context", "kiln:UploadContext", TEMPLATE),
            about("PUT", "/api/v1/templates/{id}/step-cache", "kiln:SetStepCache", TEMPLATE),
            about("PUT", "/api/v1/templates/{id}/output-format", "kiln:SetOutputFormat", TEMPLATE),
            about("PUT", "/api/v1/templates/{id}/machine", "kiln:SetMachine", TEMPLATE),
            about("PUT", "/api/v1/templates/{id}/packer", "kiln:SetPacker", TEMPLATE),
            about("PUT", "/api/v1/templates/{id}/sysprep", "kiln:SetSysprep", TEMPLATE),
            about("GET", "/api/v1/templates/{id}/parameters", "kiln:GetParameters", TEMPLATE),
            about("PUT", "/api/v1/templates/{id}/parameters", "kiln:SetParameters", TEMPLATE),
            about("GET", "/api/v1/templates/{id}/schedule", "kiln:GetSchedule", TEMPLATE),
            about("PUT", "/api/v1/templates/{id}/schedule", "kiln:SetSchedule", TEMPLATE),
            about("DELETE", "/api/v1/templates/{id}/schedule", "kiln:DeleteSchedule", TEMPLATE),
            about("GET", "/api/v1/templates/{id}/rebuild", "kiln:GetRebuild", TEMPLATE),
            about("PUT", "/api/v1/templates/{id}/rebuild", "kiln:SetRebuild", TEMPLATE),
            about("POST", "/api/v1/templates/{id}/executions", "ecs:StartImagePipelineExecution", TEMPLATE),
            new RestAction("GET", "/api/v1/executions", LIST_EXECUTIONS, Optional.of(TEMPLATE), "", true),
            about("GET", "/api/v1/executions/{id}", "kiln:GetExecution", EXECUTION),
            about("GET", "/api/v1/executions/{id}/parameters", "kiln:GetExecutionParameters", EXECUTION),
            about("GET", "/api/v1/executions/{id}/events", "kiln:GetExecutionEvents", EXECUTION),
            about("GET", "/api/v1/executions/{id}/targets", "kiln:GetExecutionTargets", EXECUTION),
            about("GET", "/api/v1/executions/{id}/logs", "kiln:GetExecutionLogs", EXECUTION),
            about("POST", "/api/v1/executions/{id}/targets/retry", "kiln:RetryTargets", EXECUTION),
            about("POST", "/api/v1/executions/{id}/targets/{region}/retry", "kiln:RetryTargets", EXECUTION),
            about("GET", "/api/v1/tasks/{id}", "kiln:GetTask"),
            about("POST", "/api/v1/webhooks", "kiln:CreateWebhook"),
            about("GET", "/api/v1/webhooks", "kiln:ListWebhooks"),
            about("DELETE", "/api/v1/webhooks/{id}", "kiln:DeleteWebhook"),
            about("POST", "/api/v1/webhooks/{id}/test", "kiln:TestWebhook"),
            about("GET", "/api/v1/webhooks/{id}/deliveries", "kiln:ListDeliveries"),
            about("GET", "/api/v1/workers", "kiln:ListWorkers"),
            about("GET", "/api/v1/doctor", "kiln:FindLeftovers"),
            about("POST", "/api/v1/doctor", "kiln:RemoveLeftovers"),
            about("DELETE", "/api/v1/doctor/places/{id}", "kiln:ForgetPlace"));

    private static RestAction about(String method, String path, String action) {
        return new RestAction(method, path, action, Optional.empty(), "", false);
    }

    private static RestAction about(String method, String path, String action, ResourceType type) {
        return new RestAction(method, path, action, Optional.of(type), "", false);
    }

    /** The action of a route; HEAD counts as GET. */
    static Optional<RestAction> of(String method, String path) {
        return ALL.stream()
                .filter(row -> row.method.equals(method.equals("HEAD") ? "GET" : method) && row.path.equals(path))
                .findFirst();
    }
}
