package dev.kiln.worker.run;

import dev.kiln.database.LifeSession;
import dev.kiln.database.LockSessions;
import dev.kiln.execution.Ability;
import dev.kiln.execution.ExecutionQueue;
import dev.kiln.execution.Executions;
import dev.kiln.execution.Workers;
import dev.kiln.worker.Drain;
import dev.kiln.worker.WorkerSettings;
import dev.kiln.worker.engine.Abilities;
import dev.kiln.worker.engine.EngineSettings;
import dev.kiln.worker.engine.SandboxBuildEngine;
import dev.kiln.worker.metric.WorkerMeters;
import dev.kiln.worker.metric.WorkerTraces;
import dev.kiln.worker.stage.Stages;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The slots and what they run. */
@Configuration(proxyBeanMethods = false)
public class RunConfiguration {

    @Bean
    ExecutionQueue executionQueue(JdbcClient jdbc) {
        return new ExecutionQueue(jdbc);
    }

    @Bean
    WaitingLine waitingLine(ExecutionQueue queue, Abilities abilities, SandboxBuildEngine engine) {
        return new WaitingLine(queue, abilities.able(), engine::lacksRoom);
    }

    @Bean
    Announcement announcement(JdbcClient jdbc, LockSessions sessions, WorkerSettings settings, Abilities abilities) {
        return new Announcement(
                new Workers(jdbc),
                new LifeSession(sessions),
                new Workers.Worker(
                        WorkerName.of(settings),
                        settings.slots(),
                        System.getProperty("os.arch", ""),
                        List.of(Ability.words(abilities.able())),
                        abilities.lacking().entrySet().stream()
                                .collect(
                                        Collectors.toMap(entry -> entry.getKey().word(), Map.Entry::getValue)),
                        Instant.now()));
    }

    @Bean
    LockSessions lockSessions(JdbcConnectionDetails database) {
        return new LockSessions(database.getJdbcUrl(), database.getUsername(), database.getPassword());
    }

    @Bean
    TimeLimits timeLimits(JdbcClient jdbc, WorkerSettings settings) {
        return new TimeLimits(new ExecutionAges(jdbc), settings);
    }

    // The worker's own life cycle closes the slots, before the connection pool. Each slot uses two threads, one that
    // watches and one that works; further threads only run abandoned stages, until they end.
    @Bean(destroyMethod = "")
    ExecutionSlots executionSlots(
            WorkerSettings settings, LockSessions sessions, WaitingLine line, Drain drain, Runs runs) {
        return new ExecutionSlots(settings.slots(), sessions, runs.threads(), runs.runner(), line, drain);
    }

    @Bean
    Claims claims(
            Executions executions,
            WorkerSettings settings,
            SandboxBuildEngine engine,
            WorkerMeters meters,
            WorkerTraces traces,
            Abilities abilities) {
        var name = WorkerName.of(settings);
        return new Claims(executions, name, engine.place(), meters, traces, abilities.able());
    }

    @Bean
    Moves moves(Executions executions, TransactionTemplate transaction, Stages stages, WorkerMeters meters) {
        return new Moves(executions, transaction, stages, meters);
    }

    /** The runner, and the threads that it shares with the slots. */
    record Runs(ExecutorService threads, ExecutionRunner runner) {}

    @Bean
    Runs runs(StageWatch watch, StageTries tries, Claims claims, Moves moves, Stages stages, TimeLimits limits) {
        return new Runs(watch.threads(), new ExecutionRunner(claims, moves, stages, tries, watch, limits));
    }

    @Bean
    StageTries stageTries(WorkerSettings settings, Drain drain) {
        return new StageTries(settings.stageTries(), drain);
    }

    @Bean
    StageWatch stageWatch(WorkerSettings settings, EngineSettings engine) {
        return new StageWatch(Executors.newCachedThreadPool(), settings, engine.packerGrace());
    }
}
