package dev.kiln.api.execution;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An execution as the REST API shows it.
 *
 * @param queuePosition set while it waits for a worker: 1 is next
 * @param estimatedStart set while it waits, if there are workers and past executions to estimate from
 */
record ShownExecution(
        @JsonUnwrapped ExecutionList.Listed listed,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer queuePosition,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant estimatedStart) {

    static ShownExecution of(ExecutionList.Listed listed) {
        return new ShownExecution(listed, null, null);
    }

    static ShownExecution waiting(ExecutionList.Listed listed, int position, Optional<Duration> startsIn) {
        return new ShownExecution(
                listed, position, startsIn.map(Instant.now()::plus).orElse(null));
    }
}
