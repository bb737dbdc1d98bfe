package dev.kiln.api.permission;

import dev.kiln.account.AccountId;
import java.util.stream.Stream;

/**
 * The types of resources in policies. A parameter of the wire with one of these names holds ids of the type in every
 * operation, so a call's parameters decide what it is checked on.
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
        // Of what the vendor tags by ResourceId, Kiln has only images.
        return name.equals(parameter) || (this == IMAGE && name.equals("ResourceId"));
    }

    /** The resource's name in policies; a star stands for a part that the request does not name. */
    public String name(String region, AccountId account, String id) {
        return name(region, account.toString(), id);
    }

    /** The resource's name with placeholders, for docs/api.md. */
    public String name(String region, String account, String id) {
        return "acs:" + service + ":" + region + ":" + account + ":" + word + "/" + id;
    }

    /** Whether a pattern's service and its part behind the account can match any type. */
    static boolean isKnown(Wildcard servicePattern, String relative) {
        int slash = relative.indexOf('/');
        int star = relative.indexOf('*');
        if (slash < 0 && star < 0) {
            return false; // Every resource's name has an id behind a slash.
        }
        // Without a slash, the star stands for the slash and for what follows it.
        var pattern = new Wildcard(slash < 0 ? relative.substring(0, star + 1) : relative.substring(0, slash + 1));
        return Stream.of(values())
                .anyMatch(type -> servicePattern.matches(type.service) && pattern.matches(type.word + "/"));
    }
}
