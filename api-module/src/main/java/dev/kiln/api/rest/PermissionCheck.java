package dev.kiln.api.rest;

import dev.kiln.api.error.Gateway;
import dev.kiln.api.metric.Answered;
import dev.kiln.api.permission.ResourceType;
import dev.kiln.api.signature.Caller;
import dev.kiln.region.RegionId;
import dev.kiln.region.Regions;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Refuses what a key's policies do not allow, by the chosen route and before anything is looked up. Also notes the
 * action for metrics and the audit log.
 */
final class PermissionCheck implements HandlerInterceptor {

    private final Regions regions;

    PermissionCheck(Regions regions) {
        this.regions = regions;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        var route = String.valueOf(request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE));
        var known = RestAction.of(request.getMethod(), route);
        known.ifPresent(action -> Answered.operation(request, action.action()));
        if (request.getAttribute(SignatureFilter.CALLER) instanceof Caller caller
                && !caller.policies().isEmpty()) {
            var action =
                    known.orElseThrow(() -> Gateway.FORBIDDEN.because("User not authorized to operate on the specified"
                            + " resource: no policy can allow " + request.getMethod() + " " + route
                            + ". Use a key without a policy."));
            if (!action.narrowed()) {
                caller.require(action.action(), resources(action, request, caller));
            }
        }
        return true;
    }

    private List<String> resources(RestAction action, HttpServletRequest request, Caller caller) {
        return action.type()
                .map(type -> regions(type, named(action, request))
                        .map(region -> type.name(region, caller.account(), id(request)))
                        .toList())
                .orElse(List.of("*"));
    }

    /** The region in the request, for routes that have a parameter for it. */
    private static @Nullable String named(RestAction action, HttpServletRequest request) {
        return action.region().isEmpty() ? null : request.getParameter(action.region());
    }

    /**
     * The regions to check. If the request does not name one, which would then have to be looked up, all regions count,
     * so that no denied region can be reached.
     */
    private Stream<String> regions(ResourceType type, @Nullable String named) {
        var all = regions.ids().stream().map(RegionId::value).toList();
        if (type == ResourceType.KEY) {
            return Stream.of("*");
        }
        return named != null && all.contains(named) ? Stream.of(named) : all.stream();
    }

    private static String id(HttpServletRequest request) {
        return request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE) instanceof Map<?, ?> variables
                        && variables.get("id") instanceof String id
                ? id
                : "*";
    }
}
