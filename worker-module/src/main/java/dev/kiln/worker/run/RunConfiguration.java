package dev.kiln.worker.run;

import dev.kiln.execution.Executions;
import dev.kiln.worker.WorkerSettings;
import dev.kiln.worker.stage.Stages;
import java.util.concurrent.Executors;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The slots and what they run. */
@Configuration(proxyBeanMethods = false)
class RunConfiguration {

    // The worker's own life cycle closes the slots, before the pool of connections goes.
    @Bean(destroyMethod = "")
    ExecutionSlots executionSlots(
            WorkerSettings settings, JdbcConnectionDetails database, Executions executions, Stages stages) {
        var threads = Executors.newCachedThreadPool();
        var name = settings.name().isEmpty() ? WorkerName.ofThisProcess() : settings.name();
        var runner = new ExecutionRunner(
                executions, stages, new StageTries(settings.stageTries()), new StageWatch(threads, settings), name);
        var sessions = new LockSessions(database.getJdbcUrl(), database.getUsername(), database.getPassword());
        return new ExecutionSlots(settings.slots(), sessions, threads, runner);
    }
}
