package dev.kiln.bench.peer;

import com.zaxxer.hikari.HikariDataSource;
import dev.kiln.bench.system.DatabaseServer;
import dev.kiln.bench.system.DatabaseServer.Database;
import java.util.Map;
import java.util.function.IntConsumer;
import org.flowable.common.engine.impl.cfg.TransactionState;
import org.flowable.common.engine.impl.context.Context;
import org.flowable.common.engine.impl.history.HistoryLevel;
import org.flowable.common.engine.impl.persistence.StrongUuidGenerator;
import org.flowable.engine.ProcessEngine;
import org.flowable.engine.delegate.JavaDelegate;
import org.flowable.engine.impl.cfg.StandaloneProcessEngineConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Flowable: a process of three asynchronous service tasks, each in its own transaction. It has no limit per key; only
 * the caller prevents a key's executions from overlapping, which costs Flowable nothing.
 */
public final class FlowablePeer implements Contender {

    public static final String NAME = "Flowable (one at a time by the caller)";

    // Not exclusive, as its user guide recommends for processes without parallel branches: no lock on the instance.
    private static final String PROCESS = """
            <definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
                         xmlns:flowable="http://flowable.org/bpmn" targetNamespace="bench">
              <process id="execution">
                <startEvent id="start"/>
                <sequenceFlow id="f1" sourceRef="start" targetRef="first"/>
                <serviceTask id="first" flowable:async="true" flowable:exclusive="false"
                             flowable:delegateExpression="${step}"/>
                <sequenceFlow id="f2" sourceRef="first" targetRef="second"/>
                <serviceTask id="second" flowable:async="true" flowable:exclusive="false"
                             flowable:delegateExpression="${step}"/>
                <sequenceFlow id="f3" sourceRef="second" targetRef="third"/>
                <serviceTask id="third" flowable:async="true" flowable:exclusive="false"
                             flowable:delegateExpression="${last}"/>
                <sequenceFlow id="f4" sourceRef="third" targetRef="end"/>
                <endEvent id="end"/>
              </process>
            </definitions>
            """;

    private final HikariDataSource pool;
    private @Nullable ProcessEngine engine;

    public FlowablePeer(Database database) {
        this.pool = DatabaseServer.pool(database, CONNECTIONS);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void open(int keys, IntConsumer ended) {
        var configuration = new StandaloneProcessEngineConfiguration();
        configuration
                .setDatabaseSchemaUpdate("true")
                // Its fastest level: keeps nothing of what has ended.
                .setHistoryLevel(HistoryLevel.NONE)
                .setDataSource(pool);
        // As its user guide recommends for high concurrency: makes ids without the database.
        configuration.setIdGenerator(new StrongUuidGenerator());
        configuration.setDisableIdmEngine(true);
        configuration.setDisableEventRegistry(true);
        configuration.setAsyncExecutorActivate(true);
        configuration.setAsyncExecutorCorePoolSize(THREADS);
        configuration.setAsyncExecutorMaxPoolSize(THREADS);
        // A committed job is handed to the executor at once; the queue has room for a job of every key.
        configuration.setAsyncExecutorThreadPoolQueueSize(2 * keys);
        JavaDelegate step = execution -> {};
        JavaDelegate last = execution -> {
            var key = Integer.parseInt(execution.getProcessInstanceBusinessKey());
            Context.getTransactionContext()
                    .addTransactionListener(TransactionState.COMMITTED, context -> ended.accept(key));
        };
        configuration.setBeans(Map.of("step", step, "last", last));
        var built = configuration.buildProcessEngine();
        built.getRepositoryService()
                .createDeployment()
                .addString("execution.bpmn20.xml", PROCESS)
                .deploy();
        engine = built;
    }

    @Override
    public void submit(int key) {
        var running = engine;
        if (running == null) {
            throw new IllegalStateException("not open");
        }
        running.getRuntimeService().startProcessInstanceByKey("execution", Integer.toString(key));
    }

    @Override
    public void close() {
        if (engine != null) {
            engine.close();
        }
        pool.close();
    }
}
