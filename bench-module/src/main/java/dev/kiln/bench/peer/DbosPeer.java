package dev.kiln.bench.peer;

import com.zaxxer.hikari.HikariDataSource;
import dev.dbos.transact.DBOS;
import dev.dbos.transact.StartWorkflowOptions;
import dev.dbos.transact.config.DBOSConfig;
import dev.dbos.transact.workflow.Queue;
import dev.dbos.transact.workflow.Workflow;
import dev.kiln.bench.system.DatabaseServer;
import dev.kiln.bench.system.DatabaseServer.Database;
import java.time.Duration;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * DBOS Transact: a workflow of three steps in a partitioned queue whose partitions are the keys, with one workflow of
 * each at a time ("Partitioning Queues" in its queue tutorial). It chooses the threads of workflows, at most as many as
 * there are keys; it has no limit over all partitions.
 */
public final class DbosPeer implements Contender {

    public static final String NAME = "DBOS Transact (partitioned queue)";

    private final HikariDataSource pool;
    private final DBOS dbos;
    private final Queue queue = new Queue("executions")
            .withPartitioningEnabled(true)
            .withConcurrency(1)
            // Its default is one second, which would limit a key to one execution per second.
            .withPollingInterval(Duration.ofMillis(50));
    private @Nullable Execution execution;

    public DbosPeer(Database database) {
        this.pool = DatabaseServer.pool(database, CONNECTIONS);
        this.dbos = new DBOS(DBOSConfig.defaults("bench").withDataSource(pool));
    }

    @Override
    public String name() {
        return NAME;
    }

    /** The interface that DBOS makes a proxy for. */
    public interface Execution {

        /** Three steps that do nothing. */
        void run(int key);
    }

    /** The workflow. */
    public static final class Steps implements Execution {

        private final DBOS dbos;
        private final IntConsumer ended;

        Steps(DBOS dbos, IntConsumer ended) {
            this.dbos = dbos;
            this.ended = ended;
        }

        @Override
        @Workflow
        public void run(int key) {
            dbos.runStep(() -> {}, "first");
            dbos.runStep(() -> {}, "second");
            dbos.runStep(() -> {}, "third");
            // The key's next workflow does not begin before this one's end is stored: the partition ensures that.
            ended.accept(key);
        }
    }

    @Override
    public void open(int keys, IntConsumer ended) {
        dbos.registerQueue(queue);
        execution = dbos.registerProxy(Execution.class, new Steps(dbos, ended));
        dbos.launch();
    }

    @Override
    public void submit(int key) {
        var proxy = execution;
        if (proxy == null) {
            throw new IllegalStateException("not open");
        }
        var options = new StartWorkflowOptions().withQueue(queue).withQueuePartitionKey(Integer.toString(key));
        var unused = dbos.startWorkflow(() -> proxy.run(key), options);
    }

    @Override
    public void close() {
        dbos.shutdown();
        pool.close();
    }
}
