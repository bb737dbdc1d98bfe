package dev.kiln.api.permission;

import dev.kiln.account.AccountId;
import java.util.stream.Stream;

/**
 * What policies can be about. A parameter of the wire with one of these names holds ids of the type, whatever the
 * operation: what a call is checked on follows from what it names.
 */
public enum ResourceType {
    EXECUTION("ecs", "imagepipelineexecution", "ExecutionId"),
    TEMPLATE("ecs", "imagepipeline", "ImagePipelineId"),
    COMPONENT("ecs", "imagecomponent", "ImageComponentId"),
    IMAGE("ecs", "image", "ImageId"),
    KEY("kiln", "key", "");

    private final String service;
    private final String word;
    private final String parameter;

    ResourceType(String service, String word, String parameter) {
        this.service = service;
        this.word = word;
        this.parameter = parameter;
    }

    /** Whether a parameter of this name holds ids of the type. */
    public boolean isNamedBy(String name) {
        // Of what the vendor tags by ResourceId, images alone are there.
        return name.equals(parameter) || (this == IMAGE && name.equals("ResourceId"));
    }

    /** The resource's name; a star stands for what a request does not name. */
    public String name(String region, AccountId account, String id) {
        return name(region, account.toString(), id);
    }

    /** The same in words, for docs/api.md. */
    public String name(String region, String account, String id) {
        return "acs:" + service + ":" + region + ":" + account + ":" + word + "/" + id;
    }

    /** Whether a pattern's service and its part behind the account can be about any type. */
    static boolean isKnown(Wildcard servicePattern, String relative) {
        int slash = relative.indexOf('/');
        int star = relative.indexOf('*');
        if (slash < 0 && star < 0) {
            return false; // Every resource has an id behind a slash.
        }
        // Without a slash the star stands for it, and for what follows it.
        var pattern = new Wildcard(slash < 0 ? relative.substring(0, star + 1) : relative.substring(0, slash + 1));
        return Stream.of(values())
                .anyMatch(type -> servicePattern.matches(type.service) && pattern.matches(type.word + "/"));
    }
}
