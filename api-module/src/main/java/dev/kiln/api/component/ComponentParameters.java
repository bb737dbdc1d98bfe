package dev.kiln.api.component;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.operation.Names;
import dev.kiln.api.operation.Parameter;
import dev.kiln.component.Component;
import java.util.Locale;

/** Parameters and codes shared by the operations on components. */
final class ComponentParameters {

    static final ErrorCode INVALID_SYSTEM_TYPE =
            new ErrorCode("InvalidSystemType.NotSupportedValue", 400, "neither Linux nor Windows");
    static final ErrorCode INVALID_TYPE =
            new ErrorCode("InvalidComponentType.NotSupportedValue", 400, "neither Build nor Test");
    static final ErrorCode INVALID_VERSION =
            new ErrorCode("InvalidParameter.ComponentVersion", 400, "not a version, or one without Name");

    static final Parameter<String> SYSTEM_TYPE =
            Parameter.oneOf("SystemType", "Linux", "Windows").code(INVALID_SYSTEM_TYPE);
    static final Parameter<String> TYPE =
            Parameter.oneOf("ComponentType", "Build", "Test").code(INVALID_TYPE);
    static final Parameter<String> RESOURCE_GROUP = Parameter.of("ResourceGroupId", Names.elsewhere());

    private ComponentParameters() {}

    static Component.Type type(String wireName) {
        return Component.Type.valueOf(wireName.toUpperCase(Locale.ROOT));
    }
}
