package dev.kiln.api.execution;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.template.Tag;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An execution as the REST API shows it.
 *
 * @param queuePosition only while it waits for a worker: 1 is next
 * @param estimatedStart only while it waits, and only when there are workers and past executions to judge by
 */
record ShownExecution(
        String executionId,
        String templateId,
        String region,
        ExecutionStatus status,
        String message,
        String errorCode,
        String errorInfo,
        String imageId,
        int attempt,
        List<Tag> tags,
        Instant createdAt,
        Instant modifiedAt,
        Optional<Instant> finishedAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer queuePosition,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant estimatedStart) {

    static ShownExecution of(ExecutionList.Listed listed) {
        return make(listed, null, null);
    }

    static ShownExecution waiting(ExecutionList.Listed listed, int position, Optional<Duration> startsIn) {
        return make(listed, position, startsIn.map(Instant.now()::plus).orElse(null));
    }

    private static ShownExecution make(
            ExecutionList.Listed listed, @Nullable Integer position, @Nullable Instant start) {
        return new ShownExecution(
                listed.executionId(),
                listed.templateId(),
                listed.region(),
                listed.status(),
                listed.message(),
                listed.errorCode(),
                listed.errorInfo(),
                listed.imageId(),
                listed.attempt(),
                listed.tags(),
                listed.createdAt(),
                listed.modifiedAt(),
                listed.finishedAt(),
                position,
                start);
    }
}
