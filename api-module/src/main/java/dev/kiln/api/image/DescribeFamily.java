package dev.kiln.api.image;

import static dev.kiln.api.operation.Parameter.REGION_ID;

import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Field;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Shape;
import dev.kiln.api.permission.ResourceType;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.stereotype.Component;

/** DescribeImageFromFamily. */
@Component
class DescribeFamily implements Operation<Optional<SeenImage>> {

    private static final Parameter<String> FAMILY =
            Parameter.text("ImageFamily").required();

    private static final Declaration<Optional<SeenImage>> DECLARATION = new Declaration<>(
                    "DescribeImageFromFamily",
                    "Returns the newest available image of a family of the account, on which templates of the family"
                            + " are built. If there is none, the answer has no Image.",
                    List.of(REGION_ID, FAMILY),
                    List.of(),
                    Shape.of(Field.optional("Image", Function.identity(), SeenImage.SHAPE)))
            .on(ResourceType.IMAGE, "*");

    private final Images images;

    DescribeFamily(Images images) {
        this.images = images;
    }

    @Override
    public Declaration<Optional<SeenImage>> declaration() {
        return DECLARATION;
    }

    @Override
    public Optional<SeenImage> run(Call call) {
        return images.newestOfFamily(call.get(FAMILY), call.account(), call.get(REGION_ID))
                .map(image -> new SeenImage(image, call.account()));
    }
}
