package dev.kiln.bench.peer;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariDataSource;
import dev.kiln.bench.system.DatabaseServer;
import dev.kiln.bench.system.DatabaseServer.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.function.IntConsumer;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * db-scheduler: a task whose data is the number of its step, and which reschedules itself for the next step. The key is
 * the task's instance, so the primary key of its table allows one at a time.
 */
public final class DbSchedulerPeer implements Contender {

    public static final String NAME = "db-scheduler (instance id = key)";

    private static final int STEPS = 3;
    private static final TaskDescriptor<Integer> TASK = TaskDescriptor.of("step", Integer.class);

    private final HikariDataSource pool;
    private Scheduler scheduler;
    private IntConsumer ended = key -> {};

    public DbSchedulerPeer(Database database) {
        this.pool = DatabaseServer.pool(database, CONNECTIONS);
        this.scheduler = scheduler(task());
    }

    @Override
    public String name() {
        return NAME;
    }

    private CustomTask<Integer> task() {
        return Tasks.custom(TASK).execute(this::step);
    }

    /** As in its README, "Performance" and "Polling strategies": lock-and-fetch is the fast one on PostgreSQL. */
    private Scheduler scheduler(CustomTask<Integer> task) {
        return Scheduler.create(pool, task)
                .threads(THREADS)
                // The README's values for high throughput: fetch again at half of the threads, up to four times the
                // threads.
                .pollUsingLockAndFetch(0.5, 4.0)
                // Runs a newly scheduled task without waiting for the next poll.
                .enableImmediateExecution()
                .pollingInterval(Duration.ofMillis(100))
                .build();
    }

    @Override
    public void open(int keys, IntConsumer whenEnded) {
        ended = whenEnded;
        // The table and indexes from its documentation for PostgreSQL.
        JdbcClient.create(pool).sql("""
                create table scheduled_tasks (
                    task_name text not null, task_instance text not null, task_data bytea,
                    execution_time timestamp with time zone not null, picked boolean not null, picked_by text,
                    last_success timestamp with time zone, last_failure timestamp with time zone,
                    consecutive_failures int, last_heartbeat timestamp with time zone, version bigint not null,
                    priority smallint, primary key (task_name, task_instance));
                create index execution_time_idx on scheduled_tasks (execution_time);
                create index last_heartbeat_idx on scheduled_tasks (last_heartbeat);
                """).update();
        scheduler.start();
    }

    @Override
    public void submit(int key) {
        scheduler.scheduleIfNotExists(
                TASK.instance(Integer.toString(key)).data(1).scheduledTo(Instant.now()));
    }

    private CompletionHandler<Integer> step(TaskInstance<Integer> instance, ExecutionContext context) {
        var step = instance.getData();
        return (complete, operations) -> {
            if (step < STEPS) {
                operations.reschedule(complete, Instant.now(), step + 1);
            } else {
                operations.stop();
                ended.accept(Integer.parseInt(instance.getId()));
            }
        };
    }

    @Override
    public void close() {
        scheduler.stop();
        pool.close();
    }
}
