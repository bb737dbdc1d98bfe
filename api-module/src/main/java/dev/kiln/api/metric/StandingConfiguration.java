package dev.kiln.api.metric;

import dev.kiln.api.relay.Outbox;
import dev.kiln.execution.ExecutionQueue;
import dev.kiln.management.DatabaseCheck;
import dev.kiln.management.HealthCheck;
import dev.kiln.management.HealthCheck.Need;
import dev.kiln.metric.Metric;
import dev.kiln.metric.Metrics;
import dev.kiln.metric.Reading;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Gauges and health checks: of the whole system, the same in every API process, and of this process. */
@Configuration(proxyBeanMethods = false)
class StandingConfiguration {

    // A scrape reads all gauges at once, and several Prometheus servers may scrape.
    private static final Duration FRESH = Duration.ofSeconds(5);
    private static final Duration RELAY_LAG = Duration.ofMinutes(1);

    @Bean
    InitializingBean gauges(Metrics metrics, ExecutionQueue queue, Outbox outbox) {
        var open = new Reading<>(queue::standing, FRESH);
        var backlog = new Reading<>(outbox::backlog, FRESH);
        return () -> {
            metrics.gauge(Metric.QUEUE_LENGTH, open.number(ExecutionQueue.Standing::waiting));
            metrics.gauge(Metric.QUEUE_AGE, open.number(standing -> seconds(standing.oldest())));
            metrics.gauge(Metric.QUEUE_UNABLE, open.number(ExecutionQueue.Standing::unable));
            metrics.gauge(Metric.RUNNING, open.number(ExecutionQueue.Standing::running));
            metrics.gauge(Metric.OUTBOX_EVENTS, backlog.number(Outbox.Backlog::events));
            metrics.gauge(Metric.OUTBOX_AGE, backlog.number(lag -> seconds(lag.oldest())));
        };
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }

    /** Stays ready without the database: an API that explains this to each caller says more than no API. */
    @Bean
    HealthCheck databaseCheck(DataSource pool) {
        return DatabaseCheck.of(pool, Need.HEALTH);
    }

    @Bean
    HealthCheck trafficCheck(ApplicationAvailability availability) {
        return new HealthCheck("traffic", Need.WORK, Duration.ZERO, () -> {
            if (availability.getReadinessState() != ReadinessState.ACCEPTING_TRAFFIC) {
                throw new IllegalStateException("the process starts or stops");
            }
            return "requests are taken";
        });
    }

    /** Reported only: unpublished events are published later, and executions do not wait for them. */
    @Bean
    HealthCheck relayCheck(Outbox outbox) {
        return new HealthCheck("relay", Need.TOLD, FRESH, () -> {
            var backlog = outbox.backlog();
            var told = backlog.events() + " events wait, the oldest for "
                    + backlog.oldest().toSeconds() + " s";
            if (backlog.oldest().compareTo(RELAY_LAG) > 0) {
                throw new IllegalStateException(told);
            }
            return told;
        });
    }
}
