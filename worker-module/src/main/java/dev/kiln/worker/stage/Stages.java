package dev.kiln.worker.stage;

import dev.kiln.execution.ExecutionStatus;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;

/** The stages by status. The constructor fails if one is missing. */
public final class Stages {

    private final Map<ExecutionStatus, Stage> byStatus = new EnumMap<>(ExecutionStatus.class);

    public Stages(Collection<? extends Stage> stages) {
        for (var stage : stages) {
            if (stage.status().isFinal() || byStatus.put(stage.status(), stage) != null) {
                throw new IllegalArgumentException("no or more than one stage belongs to " + stage.status());
            }
        }
        for (var status : ExecutionStatus.values()) {
            if (!status.isFinal() && !byStatus.containsKey(status)) {
                throw new IllegalArgumentException("there is no stage for " + status);
            }
        }
    }

    public Stage get(ExecutionStatus status) {
        var stage = byStatus.get(status);
        if (stage == null) {
            throw new IllegalArgumentException(status + " is final and has no stage");
        }
        return stage;
    }
}
