package dev.kiln.api.component;

import static dev.kiln.api.operation.Parameter.REGION_ID;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Done;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.component.Components;
import dev.kiln.template.ComponentId;
import java.util.List;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/** DeleteImageComponent. */
@Service
class DeleteComponent implements Operation<Done> {

    private static final ErrorCode IN_USE =
            new ErrorCode("InvalidImageComponent.InUse", 403, "a template names it, or a running execution uses it");
    private static final ErrorCode NOT_FOUND =
            new ErrorCode("InvalidImageComponent.NotFound", 404, "no such component in the region");

    private static final Parameter<String> ID =
            Parameter.text("ImageComponentId").required();

    private static final Declaration<Done> DECLARATION = new Declaration<>(
            "DeleteImageComponent",
            "Deletes a version of a component that is not in use.",
            List.of(REGION_ID, ID),
            List.of(IN_USE, NOT_FOUND),
            Done.SHAPE);

    private final Components components;
    private final TransactionTemplate transaction;

    DeleteComponent(Components components, TransactionTemplate transaction) {
        this.components = components;
        this.transaction = transaction;
    }

    @Override
    public Declaration<Done> declaration() {
        return DECLARATION;
    }

    @Override
    public Done run(Call call) {
        var region = call.get(REGION_ID);
        var id = new ComponentId(call.get(ID));
        transaction.executeWithoutResult(status -> {
            // Lock first: then a template that is being stored with it is visible to the query for users.
            var own = components
                    .lock(id, call.account())
                    .filter(found -> found.region().equals(region));
            if (own.isEmpty()) {
                throw NOT_FOUND.because("The specified ImageComponentId " + Refusals.quoted(id.value())
                        + " does not exist in this region.");
            }
            if (components.isInUse(id)) {
                throw IN_USE.because("The specified ImageComponentId " + Refusals.quoted(id.value())
                        + " is in use. Delete the templates that name it first.");
            }
            components.delete(id);
        });
        return Done.DONE;
    }
}
