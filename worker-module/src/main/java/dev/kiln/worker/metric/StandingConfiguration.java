package dev.kiln.worker.metric;

import dev.kiln.management.DatabaseCheck;
import dev.kiln.management.HealthCheck;
import dev.kiln.management.HealthCheck.Need;
import dev.kiln.metric.Metric;
import dev.kiln.metric.Metrics;
import dev.kiln.region.Regions;
import dev.kiln.trace.Tracing;
import dev.kiln.worker.WorkerSettings;
import dev.kiln.worker.engine.SandboxBuildEngine;
import dev.kiln.worker.run.ExecutionSlots;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Meters, gauges and health checks. */
@Configuration(proxyBeanMethods = false)
public class StandingConfiguration {

    private static final Duration SANDBOX_FRESH = Duration.ofMinutes(1);

    @Bean
    WorkerMeters workerMeters(Metrics metrics, Regions regions) {
        var meters = new WorkerMeters(metrics);
        meters.begin(regions.ids());
        return meters;
    }

    @Bean
    WorkerTraces workerTraces(Tracing tracing) {
        return new WorkerTraces(tracing);
    }

    @Bean
    InitializingBean gauges(Metrics metrics, ExecutionSlots slots, WorkerSettings settings) {
        return () -> {
            metrics.gauge(Metric.SLOTS, slots::free, "free");
            metrics.gauge(Metric.SLOTS, () -> settings.slots() - slots.free(), "busy");
        };
    }

    @Bean
    HealthCheck databaseCheck(DataSource pool) {
        return DatabaseCheck.of(pool, Need.WORK);
    }

    @Bean
    HealthCheck sandboxCheck(SandboxBuildEngine engine) {
        return new HealthCheck("sandbox", Need.WORK, SANDBOX_FRESH, () -> {
            engine.check();
            return "can be made";
        });
    }
}
