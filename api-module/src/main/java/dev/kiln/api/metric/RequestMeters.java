package dev.kiln.api.metric;

import dev.kiln.metric.Metric;
import dev.kiln.metric.Metrics;
import java.time.Duration;
import org.springframework.stereotype.Component;

/** Counts and times what was answered. */
@Component
final class RequestMeters {

    private static final String START = "StartImagePipelineExecution";

    private final Metrics metrics;

    RequestMeters(Metrics metrics) {
        this.metrics = metrics;
    }

    /**
     * A request was answered.
     *
     * @param operation one of those that are served, never what a stranger has sent
     * @param code {@code OK}, or one of the codes that are declared
     */
    void answered(String operation, String code, Duration took) {
        metrics.timer(Metric.REQUEST, operation, code).record(took);
        if (operation.equals(START)) {
            metrics.counter(Metric.STARTS, code.equals(Answered.OK) ? "accepted" : code)
                    .increment();
        }
    }
}
