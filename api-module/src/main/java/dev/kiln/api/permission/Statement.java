package dev.kiln.api.permission;

import java.util.List;
import java.util.Locale;

/** One statement of a policy: it allows, or denies, each of the actions on each of the resources. */
record Statement(boolean allows, List<Wildcard> actions, List<Wildcard> resources) {

    /** Whether it covers this action on this resource; actions are compared ignoring case. */
    boolean isAbout(String action, String resource) {
        var lower = action.toLowerCase(Locale.ROOT);
        return actions.stream().anyMatch(pattern -> pattern.matches(lower))
                && resources.stream().anyMatch(pattern -> pattern.matches(resource));
    }
}
