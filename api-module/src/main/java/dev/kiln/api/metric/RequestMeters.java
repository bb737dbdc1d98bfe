package dev.kiln.api.metric;

import dev.kiln.metric.Metric;
import dev.kiln.metric.Metrics;
import java.time.Duration;
import org.springframework.stereotype.Component;

/** Counts and times requests. */
@Component
final class RequestMeters {

    private static final String START = "StartImagePipelineExecution";

    private final Metrics metrics;

    RequestMeters(Metrics metrics) {
        this.metrics = metrics;
    }

    /**
     * Counts an answered request.
     *
     * @param operation an existing operation, never a name that a stranger has sent
     * @param code {@code OK}, or one of the declared codes
     */
    void answered(String operation, String code, Duration took) {
        metrics.timer(Metric.REQUEST, operation, code).record(took);
        if (operation.equals(START)) {
            metrics.counter(Metric.STARTS, code.equals(Answered.OK) ? "accepted" : code)
                    .increment();
        }
    }
}
