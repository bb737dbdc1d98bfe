package dev.kiln.api.component;

import static dev.kiln.api.component.ComponentParameters.INVALID_SYSTEM_TYPE;
import static dev.kiln.api.component.ComponentParameters.INVALID_TYPE;
import static dev.kiln.api.component.ComponentParameters.INVALID_VERSION;
import static dev.kiln.api.operation.Parameter.REGION_ID;

import dev.kiln.api.account.Quotas;
import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Field;
import dev.kiln.api.operation.Names;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Scalar;
import dev.kiln.api.operation.Shape;
import dev.kiln.api.operation.Tags;
import dev.kiln.api.permission.ResourceType;
import dev.kiln.api.rpc.ClientTokens;
import dev.kiln.api.rpc.NewId;
import dev.kiln.component.Component;
import dev.kiln.component.ComponentVersion;
import dev.kiln.component.Components;
import dev.kiln.template.ComponentId;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.stereotype.Service;

/** CreateImageComponent. */
@Service
class CreateComponent implements Operation<ComponentId> {

    private static final ErrorCode INVALID_NAME = new ErrorCode("InvalidName.Malformed", 400, "Name is not valid");
    private static final ErrorCode INVALID_DESCRIPTION =
            new ErrorCode("InvalidDescription.Malformed", 400, "Description is not valid");
    private static final ErrorCode EXISTS =
            new ErrorCode("InvalidComponentVersion.Exist", 403, "the component already has this version");

    private static final Parameter<String> NAME =
            Parameter.of("Name", Names.name(128)).code(INVALID_NAME);
    private static final Parameter<String> DESCRIPTION = Parameter.of("Description", Names.description())
            .code(INVALID_DESCRIPTION)
            .or("");
    private static final Parameter<ComponentVersion> VERSION = Parameter.of(
                    "ComponentVersion",
                    new Scalar<>(
                            "text",
                            "major.minor.patch, each a number of at most six digits, for example 1.0.0",
                            ComponentVersion::parse))
            .code(INVALID_VERSION);

    private static final Parameter<String> SYSTEM_TYPE = ComponentParameters.SYSTEM_TYPE.kept();
    private static final Parameter<String> TYPE = ComponentParameters.TYPE.or("Build");

    private static final Declaration<ComponentId> DECLARATION = new Declaration<>(
                    "CreateImageComponent",
                    "Makes a version of a component. It never changes afterwards.",
                    List.of(
                            REGION_ID,
                            NAME,
                            DESCRIPTION,
                            SYSTEM_TYPE,
                            TYPE,
                            Content.CONTENT,
                            VERSION,
                            ComponentParameters.RESOURCE_GROUP.kept(),
                            Tags.TAG,
                            ClientTokens.CLIENT_TOKEN),
                    errors(),
                    Shape.of(Field.text("ImageComponentId", ComponentId::value)))
            .on(ResourceType.COMPONENT, "*");

    private final ClientTokens tokens;
    private final Components components;
    private final Quotas quotas;

    CreateComponent(ClientTokens tokens, Components components, Quotas quotas) {
        this.tokens = tokens;
        this.components = components;
        this.quotas = quotas;
    }

    private static List<ErrorCode> errors() {
        return Stream.of(
                        Stream.of(
                                Content.COMPONENT_IN_COMPONENT,
                                INVALID_NAME,
                                INVALID_DESCRIPTION,
                                INVALID_SYSTEM_TYPE,
                                INVALID_TYPE),
                        Content.CODES.stream(),
                        Stream.of(INVALID_VERSION, Quotas.COMPONENTS, EXISTS, ClientTokens.MISMATCH))
                .flatMap(codes -> codes)
                .toList();
    }

    @Override
    public Declaration<ComponentId> declaration() {
        return DECLARATION;
    }

    @Override
    public ComponentId run(Call call) {
        var made = tokens.once(call, NewId.component().value(), newId -> {
            add(call, new ComponentId(newId));
            return newId;
        });
        return new ComponentId(made);
    }

    private void add(Call call, ComponentId id) {
        var name = call.find(NAME).orElse(id.value());
        var given = call.find(VERSION);
        while (true) {
            var version = given.or(() -> components.nextVersion(call.account(), call.get(REGION_ID), name))
                    .orElseThrow(() -> noNextVersion(name));
            if (quotas.component(call.account(), () -> components.add(component(call, id, name, version)))) {
                return;
            }
            if (given.isPresent()) {
                throw EXISTS.because("The component " + Refusals.quoted(name) + " has a version " + version
                        + " already. Give another ComponentVersion, or none.");
            }
            // Another call made the next version between our select and our insert: try again.
        }
    }

    private static Component component(Call call, ComponentId id, String name, ComponentVersion version) {
        return new Component(
                id,
                call.account(),
                call.get(REGION_ID),
                name,
                call.get(DESCRIPTION),
                ComponentParameters.type(call.get(TYPE)),
                version,
                call.get(Content.CONTENT),
                call.get(Tags.TAG),
                call.kept(),
                Instant.EPOCH);
    }

    private static ApiException noNextVersion(String name) {
        return INVALID_VERSION.because("The component " + Refusals.quoted(name)
                + " has the highest version there can be. Give a ComponentVersion that is free.");
    }
}
