package dev.kiln.api.execution;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.operation.Scalar;
import dev.kiln.api.permission.ResourceType;
import dev.kiln.api.rest.RestAction;
import dev.kiln.api.rpc.Cursor;
import dev.kiln.api.rpc.PagingTokens;
import dev.kiln.api.rpc.PagingTokens.Position;
import dev.kiln.api.signature.Caller;
import dev.kiln.api.template.Templates;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.region.RegionId;
import dev.kiln.region.Regions;
import dev.kiln.template.TemplateId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * The executions of all templates of an account; the wire lists those of one template at a time. A key with policies
 * gets those of the templates that its policies allow. Usually these are found first, so that a page is full however
 * few they are; where that takes too long, the policies are asked about the executions that there are, page by page.
 */
@RestController
class ExecutionListController {

    private static final Scalar<Integer> LIMIT = Scalar.integer(1, 500);

    // How often a request may compare a name with a pattern: half a second, if the patterns are hostile.
    private static final int MOST_COMPARED = 2_000_000;

    // How many executions are looked at for a page, where the policies cannot be asked about all templates.
    private static final int LOOKED_AT = 500;

    private final ExecutionList list;
    private final Templates templates;
    private final Regions regions;

    ExecutionListController(ExecutionList list, Templates templates, Regions regions) {
        this.list = list;
        this.templates = templates;
        this.regions = regions;
    }

    /**
     * A page, which may hold fewer than were asked for. Send {@code next} as {@code before} to get the following page;
     * it is empty on the last one.
     */
    record Page(List<ExecutionList.Listed> executions, String next) {}

    @GetMapping("/api/v1/executions")
    Page list(
            @RequestAttribute("dev.kiln.caller") Caller caller,
            @RequestParam(name = "regionId", defaultValue = "") String region,
            @RequestParam(name = "template", defaultValue = "") String template,
            @RequestParam(name = "status", defaultValue = "") String status,
            @RequestParam(name = "limit", defaultValue = "50") String limit,
            @RequestParam(name = "before", defaultValue = "") String before) {
        int size = read(LIMIT, "limit", limit, ErrorCode.invalid("Limit"));
        var all = template.isEmpty() && !caller.policies().isEmpty()
                ? templates.regions(caller.account())
                : Map.<String, String>of();
        var tooMany = (long) all.size() * caller.patterns() > MOST_COMPARED;
        var filter = new ExecutionList.OfAccount(
                caller.account(),
                region.isEmpty() ? Optional.empty() : Optional.of(region(region)),
                template.isEmpty()
                        ? tooMany ? Optional.empty() : allowed(caller, all)
                        : Optional.of(List.of(allowed(caller, template))),
                statuses(status));
        // If only statuses were asked for that no execution here ever has, nothing matches.
        if (!status.isEmpty() && filter.statuses().isEmpty()) {
            return new Page(List.of(), "");
        }
        if (tooMany) {
            return pageOf(list.list(filter, position(before), LOOKED_AT), caller, size);
        }
        var slice = Cursor.Slice.of(
                list.list(filter, position(before), size + 1), size, ExecutionListController::positionOf);
        return new Page(slice.rows(), slice.next());
    }

    /** A page of those that the key can see, until it is full or all were looked at. */
    private static Page pageOf(List<ExecutionList.Listed> found, Caller caller, int size) {
        var may = new HashMap<String, Boolean>();
        var seen = new ArrayList<ExecutionList.Listed>();
        int looked = 0;
        while (looked < found.size() && seen.size() < size) {
            var one = found.get(looked++);
            if (may.computeIfAbsent(
                    one.templateId(),
                    template -> caller.may(RestAction.LIST_EXECUTIONS, name(caller, one.region(), template)))) {
                seen.add(one);
            }
        }
        var isLast = looked == found.size() && looked < LOOKED_AT;
        return new Page(seen, isLast ? "" : Cursor.write(positionOf(found.get(looked - 1))));
    }

    private static Position positionOf(ExecutionList.Listed one) {
        return new Position(one.createdAt(), one.executionId());
    }

    private static <T> T read(Scalar<T> form, String name, String value, ErrorCode code) {
        return form.reading()
                .apply(value)
                .orElseThrow(() -> Refusals.invalid(code, name, value, "it has to be " + form.rule()));
    }

    private RegionId region(String name) {
        return Scalar.region()
                .reading()
                .apply(name)
                .filter(regions.ids()::contains)
                .orElseThrow(() -> Refusals.regionNotFound(name));
    }

    private static List<ExecutionStatus> statuses(String names) {
        if (names.isEmpty()) {
            return List.of();
        }
        var wanted = read(DescribeExecutions.STATUSES, "status", names, DescribeExecutions.INVALID_STATUS);
        return Stream.of(ExecutionStatus.values())
                .filter(status -> wanted.contains(status.name()))
                .toList();
    }

    private static Position position(String before) {
        return before.isEmpty()
                ? Cursor.read(null)
                : Cursor.parse(before)
                        .orElseThrow(() -> Refusals.invalid(
                                PagingTokens.INVALID_TOKEN,
                                "before",
                                before,
                                "it has to be \"next\" of the page before, or empty"));
    }

    /** The templates that the key can see; empty if it can see all. Refuses a key that can see none. */
    private static Optional<List<String>> allowed(Caller caller, Map<String, String> all) {
        var allowed = all.entrySet().stream()
                .filter(entry -> caller.may(RestAction.LIST_EXECUTIONS, name(caller, entry.getValue(), entry.getKey())))
                .map(entry -> entry.getKey())
                .toList();
        if (allowed.isEmpty()) {
            caller.require(RestAction.LIST_EXECUTIONS, List.of(name(caller, "*", "*")));
        }
        return allowed.size() == all.size() ? Optional.empty() : Optional.of(allowed);
    }

    private static String name(Caller caller, String region, String template) {
        return ResourceType.TEMPLATE.name(region, caller.account(), template);
    }

    /** The template, if it exists and the key can see it. */
    private String allowed(Caller caller, String template) {
        var found = templates.find(new TemplateId(template), caller.account());
        // Check the permission before the answer shows whether the template exists.
        var region = found.map(one -> one.region().value()).orElse("*");
        caller.require(RestAction.LIST_EXECUTIONS, List.of(name(caller, region, template)));
        return found.orElseThrow(() -> Refusals.templateNotFound(template)).id().value();
    }
}
