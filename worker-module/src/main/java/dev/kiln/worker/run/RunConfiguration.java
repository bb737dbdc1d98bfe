package dev.kiln.worker.run;

import dev.kiln.database.LockSessions;
import dev.kiln.execution.ExecutionQueue;
import dev.kiln.execution.Executions;
import dev.kiln.worker.Drain;
import dev.kiln.worker.WorkerSettings;
import dev.kiln.worker.engine.SandboxBuildEngine;
import dev.kiln.worker.metric.WorkerMeters;
import dev.kiln.worker.stage.Stages;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The slots and what they run. */
@Configuration(proxyBeanMethods = false)
class RunConfiguration {

    @Bean
    ExecutionQueue executionQueue(JdbcClient jdbc) {
        return new ExecutionQueue(jdbc);
    }

    @Bean
    LockSessions lockSessions(JdbcConnectionDetails database) {
        return new LockSessions(database.getJdbcUrl(), database.getUsername(), database.getPassword());
    }

    @Bean
    TimeLimits timeLimits(JdbcClient jdbc, WorkerSettings settings) {
        return new TimeLimits(new ExecutionAges(jdbc), settings);
    }

    // The worker's own life cycle closes the slots, before the pool of connections goes. Two threads for each slot, one
    // that watches and one that works; besides them only stages that were left alone, until they end.
    @Bean(destroyMethod = "")
    ExecutionSlots executionSlots(
            WorkerSettings settings, LockSessions sessions, ExecutionQueue queue, Drain drain, Runs runs) {
        return new ExecutionSlots(settings.slots(), sessions, runs.threads(), runs.runner(), queue, drain);
    }

    @Bean
    Claims claims(Executions executions, WorkerSettings settings, SandboxBuildEngine engine, WorkerMeters meters) {
        return new Claims(executions, WorkerName.of(settings), engine.place(), meters);
    }

    @Bean
    Moves moves(Executions executions, TransactionTemplate transaction, Stages stages, WorkerMeters meters) {
        return new Moves(executions, transaction, stages, meters);
    }

    /** The runner and the threads that it and the slots share. */
    record Runs(ExecutorService threads, ExecutionRunner runner) {}

    @Bean
    Runs runs(WorkerSettings settings, Claims claims, Moves moves, Stages stages, TimeLimits limits, Drain drain) {
        var threads = Executors.newCachedThreadPool();
        var tries = new StageTries(settings.stageTries(), drain);
        var watch = new StageWatch(threads, settings);
        return new Runs(threads, new ExecutionRunner(claims, moves, stages, tries, watch, limits));
    }
}
