package dev.kiln.api.template;

import static dev.kiln.api.operation.Parameter.REGION_ID;
import static dev.kiln.api.template.TemplateParameters.*;

import dev.kiln.api.account.Quotas;
import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Field;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Shape;
import dev.kiln.api.operation.Tags;
import dev.kiln.api.operation.Values;
import dev.kiln.api.permission.ResourceType;
import dev.kiln.api.rpc.ClientTokens;
import dev.kiln.api.rpc.NewId;
import dev.kiln.template.Sysprep;
import dev.kiln.template.Template;
import dev.kiln.template.TemplateId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** CreateImagePipeline. */
@Component
class CreateTemplate implements Operation<TemplateId> {

    static final ErrorCode BASE_IMAGE_NOT_FOUND = new ErrorCode(
            "InvalidImage.NotFound", 404, "the base image does not exist, or the account may not read it");

    private static final Declaration<TemplateId> DECLARATION = new Declaration<>(
                    "CreateImagePipeline",
                    "Makes a template. No operation changes it afterwards.",
                    parameters(),
                    errors(),
                    Shape.of(Field.text("ImagePipelineId", TemplateId::value)))
            .on(ResourceType.TEMPLATE, "*");

    private final ClientTokens tokens;
    private final Templates templates;
    private final TemplateSources sources;
    private final TemplateComponents components;
    private final Quotas quotas;

    CreateTemplate(
            ClientTokens tokens,
            Templates templates,
            TemplateSources sources,
            TemplateComponents components,
            Quotas quotas) {
        this.tokens = tokens;
        this.templates = templates;
        this.sources = sources;
        this.components = components;
        this.quotas = quotas;
    }

    private static List<Parameter<?>> parameters() {
        var parameters = new ArrayList<Parameter<?>>(List.of(
                REGION_ID,
                BASE_IMAGE_TYPE,
                BASE_IMAGE,
                NAME,
                DESCRIPTION,
                BUILD_CONTENT,
                TEST_CONTENT,
                TO_REGIONS,
                ADD_ACCOUNTS,
                V_SWITCH,
                INSTANCE_TYPE,
                DISK,
                BANDWIDTH,
                DELETE_INSTANCE,
                ClientTokens.CLIENT_TOKEN,
                RESOURCE_GROUP,
                Tags.TAG,
                REPAIR_MODE,
                REPAIR_ITEM,
                OLD_IMAGE_NAME,
                OLD_IMAGE_FAMILY,
                OLD_NVME_SUPPORT,
                IMAGE_NAME,
                IMAGE_FAMILY,
                IMAGE_DESCRIPTION,
                NVME_SUPPORT,
                IMAGE_TAGS,
                RETAIN_ASSISTANT,
                SUFFIX));
        parameters.addAll(ImportParameters.ALL);
        return List.copyOf(parameters);
    }

    private static List<ErrorCode> errors() {
        return Stream.of(
                        Stream.of(
                                INVALID_NAME,
                                INVALID_DESCRIPTION,
                                INVALID_IMAGE_NAME,
                                INVALID_IMAGE_FAMILY,
                                INVALID_BASE_IMAGE_TYPE,
                                INVALID_DISK,
                                INVALID_BANDWIDTH,
                                TOO_MANY_ACCOUNTS,
                                TOO_MANY_REGIONS),
                        Content.CODES.stream(),
                        Stream.of(ContentCodes.COMPONENT_NOT_SUPPORTED, COMBINATION, INVALID_REPAIR_MODE, INVALID_NVME),
                        ImportParameters.CODES.stream(),
                        Stream.of(
                                INVALID_IMAGE_DESCRIPTION,
                                INVALID_SUFFIX,
                                Tags.DUPLICATE_KEY,
                                Tags.INVALID_KEY,
                                Tags.INVALID_VALUE,
                                Quotas.TEMPLATES,
                                BASE_IMAGE_NOT_FOUND,
                                TemplateComponents.NOT_FOUND,
                                ErrorCode.INVALID_REGION,
                                MISSING_REPAIR_MODE),
                        ImportParameters.MISSING_CODES.stream(),
                        Stream.of(ClientTokens.MISMATCH))
                .flatMap(codes -> codes)
                .toList();
    }

    @Override
    public Declaration<TemplateId> declaration() {
        return DECLARATION;
    }

    @Override
    public Stream<ApiException> contradictions(Values given) {
        return TemplateRules.contradictions(given);
    }

    @Override
    public TemplateId run(Call call) {
        var made = tokens.once(call, NewId.template().value(), newId -> {
            var template = template(new TemplateId(newId), call);
            sources.require(template, () -> baseImageNotFound(template));
            quotas.template(call.account(), () -> templates.add(template));
            components.use(template);
            return newId;
        });
        return new TemplateId(made);
    }

    private static Template template(TemplateId id, Call call) {
        return new Template(
                id,
                call.account(),
                call.get(REGION_ID),
                call.find(NAME).orElse(id.value()),
                call.get(DESCRIPTION),
                Template.BaseImageType.valueOf(call.get(BASE_IMAGE_TYPE)),
                call.get(BASE_IMAGE),
                call.get(BUILD_CONTENT),
                call.get(TEST_CONTENT),
                imageOptions(call),
                call.get(BANDWIDTH),
                call.get(DISK),
                call.get(TO_REGIONS).stream().distinct().toList(),
                call.get(ADD_ACCOUNTS).stream().distinct().toList(),
                call.get(Tags.TAG),
                call.kept(),
                Optional.empty(),
                Duration.ZERO,
                Optional.empty(),
                Set.of(Sysprep.values()),
                Optional.empty(),
                false,
                Instant.EPOCH);
    }

    private static Template.ImageOptions imageOptions(Call call) {
        return new Template.ImageOptions(
                call.find(IMAGE_NAME).or(() -> call.find(OLD_IMAGE_NAME)).orElse(""),
                call.find(SUFFIX).isEmpty(),
                call.find(IMAGE_FAMILY).or(() -> call.find(OLD_IMAGE_FAMILY)).orElse(""),
                call.get(IMAGE_DESCRIPTION),
                call.get(IMAGE_TAGS));
    }

    private static ApiException baseImageNotFound(Template template) {
        return BASE_IMAGE_NOT_FOUND.because("The specified BaseImage " + Refusals.quoted(template.baseImage())
                + " does not exist in " + template.region()
                + ", is not available, or is not shared with this account.");
    }
}
