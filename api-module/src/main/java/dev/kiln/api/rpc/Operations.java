package dev.kiln.api.rpc;

import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.signature.Caller;
import dev.kiln.region.Regions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** All operations of the wire, for callers that have been authenticated. */
@Component
public final class Operations {

    private final Map<String, Operation<?>> operations;
    private final Regions regions;

    Operations(List<Operation<?>> operations, Regions regions) {
        this.regions = regions;
        this.operations = operations.stream()
                .collect(Collectors.toMap(operation -> operation.declaration().name(), Function.identity()));
    }

    Optional<Operation<?>> find(String name) {
        return Optional.ofNullable(operations.get(name));
    }

    /** Runs an existing operation with parameters as the wire has them, and returns the answer as a tree. */
    public Map<String, Object> run(String name, Caller caller, Map<String, String> parameters) {
        return run(find(name).orElseThrow(), caller, parameters);
    }

    <A> Map<String, Object> run(Operation<A> operation, Caller caller, Map<String, String> parameters) {
        var call = Call.read(operation, caller, parameters, regions.ids());
        operation.permit(call);
        var answer = operation.run(call);
        return operation.declaration().answer().tree(answer);
    }
}
