package dev.kiln.api.dashboard;

import dev.kiln.api.error.Refusals;
import dev.kiln.api.execution.ExecutionRecord;
import dev.kiln.api.live.Followers;
import dev.kiln.api.operation.Scalar;
import dev.kiln.api.permission.ResourceType;
import dev.kiln.api.rpc.Cursor;
import dev.kiln.api.rpc.PagingTokens.Position;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The list of executions, the page of each, and the actions on it. */
@RestController
public class ExecutionPages {

    static final int SIZE = 50;
    private static final int LOG_PIECE = 1 << 20;
    private static final String SHOW = "kiln:GetExecution";

    private final ShownExecutions executions;
    private final ExecutionViews views;
    private final ExecutionRecord record;
    private final Followers followers;
    private final Actions actions;
    private final Views pages;

    ExecutionPages(
            ShownExecutions executions,
            ExecutionViews views,
            ExecutionRecord record,
            Followers followers,
            Actions actions,
            Views pages) {
        this.executions = executions;
        this.views = views;
        this.record = record;
        this.followers = followers;
        this.actions = actions;
        this.pages = pages;
    }

    /** The filter of the list, as in its address. */
    public record Asked(String status, String template, String account) {

        /** The address of the same list with another status. */
        public String with(String other) {
            return "/ui/executions?" + new Asked(other, template, account).query();
        }

        /** The query part of the address. */
        public String query() {
            return Stream.of("status=" + status, "template=" + template, "account=" + account)
                    .filter(pair -> !pair.endsWith("="))
                    .reduce((one, other) -> one + "&" + other)
                    .orElse("");
        }
    }

    @GetMapping({"/ui", "/ui/", "/ui/executions"})
    void list(
            @RequestAttribute(Visitor.ATTRIBUTE) Visitor visitor,
            @RequestParam(name = "status", defaultValue = "") String status,
            @RequestParam(name = "template", defaultValue = "") String template,
            @RequestParam(name = "account", defaultValue = "") String account,
            @RequestParam(name = "before", required = false) @Nullable String before,
            HttpServletResponse response)
            throws IOException {
        var asked = new Asked(
                known(status),
                word(template),
                number(account).map(String::valueOf).orElse(""));
        var filter = new ShownExecutions.Filter(
                visitor.caller().root()
                        ? number(asked.account())
                        : Optional.of(visitor.caller().account().value()),
                asked.template(),
                Stream.of(ExecutionStatus.values())
                        .filter(one -> one.name().equals(asked.status()))
                        .findFirst(),
                asked.status().equals("RUNNING"));
        var found = executions.list(filter, Cursor.read(before), SIZE + 1);
        var slice = Cursor.Slice.of(found, SIZE, row -> new Position(row.createdAt(), row.id()));
        var rows = slice.rows().stream().filter(visitor::mayList).toList();
        pages.render(
                response,
                "executions",
                Map.of(
                        "page",
                        pages.page("Executions", "executions", visitor),
                        "asked",
                        asked,
                        "rows",
                        rows,
                        "first",
                        before == null,
                        "next",
                        slice.next()));
    }

    private static String known(String status) {
        return status.equals("RUNNING")
                        || Stream.of(ExecutionStatus.values())
                                .anyMatch(one -> one.isFinal() && one.name().equals(status))
                ? status
                : "";
    }

    static String word(String text) {
        return text.matches("[a-z0-9-]{0,40}") ? text : "";
    }

    static Optional<Long> number(String text) {
        return text.matches("[0-9]{1,16}") ? Optional.of(Long.valueOf(text)) : Optional.empty();
    }

    @GetMapping("/ui/executions/{id}")
    void show(
            @RequestAttribute(Visitor.ATTRIBUTE) Visitor visitor,
            @PathVariable("id") String id,
            HttpServletResponse response)
            throws IOException {
        var row = find(visitor, id, SHOW);
        pages.render(
                response,
                "execution",
                Map.of(
                        "page", pages.page(row.template() + " · " + row.id(), "executions", visitor),
                        "view", views.of(row, visitor)));
    }

    private ShownExecutions.Row find(Visitor visitor, String id, String action) {
        return executions
                .find(id)
                .filter(row -> visitor.may(action, ResourceType.EXECUTION, row))
                .orElseThrow(Refusals::executionNotFound);
    }

    /**
     * Streams the log and changes of an execution; without the permission to see the log, it answers as if there were
     * no such execution.
     */
    @GetMapping("/ui/executions/{id}/stream")
    void stream(
            @RequestAttribute(Visitor.ATTRIBUTE) Visitor visitor,
            @PathVariable("id") String id,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        var row = find(visitor, id, "kiln:GetExecutionLogs");
        followers.follow(new ExecutionId(row.id()), visitor.caller().account(), request, response);
    }

    @GetMapping("/ui/executions/{id}/log.txt")
    void log(
            @RequestAttribute(Visitor.ATTRIBUTE) Visitor visitor,
            @PathVariable("id") String id,
            HttpServletResponse response)
            throws IOException {
        var execution =
                new ExecutionId(find(visitor, id, "kiln:GetExecutionLogs").id());
        // The region that it lies in may be away, which is no file to keep.
        var piece = record.log(execution, 0, LOG_PIECE);
        response.setContentType("text/plain;charset=utf-8");
        response.setHeader("Content-Disposition", "attachment; filename=\"" + execution + ".log\"");
        while (piece.bytes().length > 0) {
            response.getOutputStream().write(piece.bytes());
            piece = record.log(execution, piece.next(), LOG_PIECE);
        }
    }

    @PostMapping("/ui/executions/{id}/cancel")
    void cancel(
            @RequestAttribute(Visitor.ATTRIBUTE) Visitor visitor,
            @PathVariable("id") String id,
            HttpServletResponse response)
            throws IOException {
        var row = find(visitor, id, SHOW);
        actions.run("CancelImagePipelineExecution", visitor, Map.of("RegionId", row.region(), "ExecutionId", id));
        Actions.seeOther(response, "/ui/executions/" + row.id());
    }

    @PostMapping("/ui/executions/{id}/retry")
    void retry(
            @RequestAttribute(Visitor.ATTRIBUTE) Visitor visitor,
            @PathVariable("id") String id,
            @RequestParam(name = "region", defaultValue = "") String region,
            HttpServletResponse response)
            throws IOException {
        var row = find(visitor, id, "kiln:RetryTargets");
        var one = Optional.of(region)
                .filter(word -> !word.isEmpty())
                .map(word -> Scalar.region().reading().apply(word).orElseThrow(() -> Refusals.regionNotFound(word)));
        actions.retry(new ExecutionId(row.id()), visitor, one);
        Actions.seeOther(response, "/ui/executions/" + row.id());
    }
}
