package dev.kiln.bench.peer;

import com.zaxxer.hikari.HikariDataSource;
import dev.kiln.bench.system.DatabaseServer;
import dev.kiln.bench.system.DatabaseServer.Database;
import java.time.Duration;
import java.util.function.IntConsumer;
import org.jobrunr.configuration.JobRunr;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.filters.ApplyStateFilter;
import org.jobrunr.jobs.lambdas.JobRequest;
import org.jobrunr.jobs.lambdas.JobRequestHandler;
import org.jobrunr.jobs.states.JobState;
import org.jobrunr.jobs.states.StateName;
import org.jobrunr.scheduling.BackgroundJobRequest;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.server.JobActivator;
import org.jobrunr.server.configuration.DefaultBackgroundJobServerWorkerPolicy;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.jobrunr.utils.mapper.jackson.JacksonJsonMapper;

/**
 * JobRunr, free edition: one job per step, which enqueues the next one. Mutexes ("one at a time") and chains of jobs
 * belong to the Pro edition; here only the caller prevents a key's executions from overlapping, which costs JobRunr
 * nothing.
 */
public final class JobRunrPeer implements Contender {

    public static final String NAME = "JobRunr, free (one at a time by the caller)";

    private static final int STEPS = 3;

    private final HikariDataSource pool;

    public JobRunrPeer(Database database) {
        this.pool = DatabaseServer.pool(database, CONNECTIONS);
    }

    @Override
    public String name() {
        return NAME;
    }

    /** One step of an execution, as kept in the database. */
    public static final class Step implements JobRequest {

        private int key;
        private int number;

        /** For reading it from the database. */
        public Step() {}

        Step(int key, int number) {
            this.key = key;
            this.number = number;
        }

        public int getKey() {
            return key;
        }

        public void setKey(int key) {
            this.key = key;
        }

        public int getNumber() {
            return number;
        }

        public void setNumber(int number) {
            this.number = number;
        }

        @Override
        public Class<StepHandler> getJobRequestHandler() {
            return StepHandler.class;
        }
    }

    /** Does nothing, durably, and enqueues the next step. */
    public static final class StepHandler implements JobRequestHandler<Step> {

        @Override
        public void run(Step step) {
            if (step.getNumber() < STEPS) {
                BackgroundJobRequest.enqueue(new Step(step.getKey(), step.getNumber() + 1));
            }
        }
    }

    /** Is called after changes were stored. */
    private record Ends(IntConsumer ended) implements ApplyStateFilter {

        @Override
        public void onStateApplied(Job job, JobState before, JobState now) {
            if (now.getName() == StateName.SUCCEEDED
                    && job.getJobDetails().getJobParameterValues()[0] instanceof Step step
                    && step.getNumber() == STEPS) {
                ended.accept(step.getKey());
            }
        }
    }

    /** Creates handlers, which have no state, by their class. */
    private static final class Handlers implements JobActivator {

        @Override
        public <T> T activateJob(Class<T> type) {
            return type.cast(new StepHandler());
        }
    }

    @Override
    public void open(int keys, IntConsumer ended) {
        var server = BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                .andBackgroundJobServerWorkerPolicy(new DefaultBackgroundJobServerWorkerPolicy(THREADS))
                // The shortest allowed; while there is work, free workers fetch without waiting for it.
                .andPollInterval(Duration.ofSeconds(5));
        JobRunr.configure()
                .useJsonMapper(new JacksonJsonMapper())
                .useStorageProvider(new PostgresStorageProvider(pool))
                .useJobActivator(new Handlers())
                .withJobFilter(new Ends(ended))
                .useBackgroundJobServer(server)
                .initialize();
    }

    @Override
    public void submit(int key) {
        BackgroundJobRequest.enqueue(new Step(key, 1));
    }

    @Override
    public void close() {
        JobRunr.destroy();
        pool.close();
    }
}
